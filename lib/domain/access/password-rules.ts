export const PASSWORD_LENGTH_MIN = 12
export const PASSWORD_LENGTH_MAX = 128

/** What everybody tries first, without the digits and marks that people put around it. */
const KNOWN = [
  ...['password', 'passwort', 'passphrase', 'pass', 'letmein', 'welcome', 'willkommen', 'changeme', 'secret', 'administrator', 'admin'],
  ...['qwerty', 'qwertz', 'qwertyuiop', 'qwertzuiop', 'asdfghjkl', 'zxcvbnm', 'qazwsx', 'abc', 'abcdef', 'abcdefghijkl', 'iloveyou'],
  ...['monkey', 'dragon', 'football', 'baseball', 'sunshine', 'princess', 'master', 'superman', 'trustno', 'starwars', 'hello', 'login'],
  ...['summer', 'winter', 'spring', 'autumn', 'university', 'college', 'campus', 'student', 'company', 'default', 'guest', 'test', 'user'],
  ...['tidemark', 'correcthorsebatterystaple', 'temporary', 'january', 'monday', 'whatever', 'computer', 'internet', 'database'],
]
const LOOKALIKES: Record<string, string> = { '0': 'o', '1': 'i', '3': 'e', '4': 'a', '5': 's', '7': 't', '@': 'a', $: 's', '!': 'i' }
const DISTINCT_MIN = 5
/** Shorter parts of a name stand in too many words. */
const NAME_PART_MIN = 3
/** So many letters of one's own make it another word. */
const REST_MIN = 4

/** Why this cannot be somebody's password, in words; null when it can. */
export function passwordProblem(password: string, owner: { name: string; email: string }): string | null {
  const length = [...password].length
  if (length < PASSWORD_LENGTH_MIN) return `A password has at least ${PASSWORD_LENGTH_MIN} characters; a few words in a row do well.`
  if (length > PASSWORD_LENGTH_MAX) return `A password has at most ${PASSWORD_LENGTH_MAX} characters.`
  if (new Set(password.toLowerCase()).size < DISTINCT_MIN)
    return 'This password is a few characters over and over. Choose one with more of them.'
  if (isRun(password)) return 'This password is a row of the alphabet or of numbers. Choose another.'
  if (isKnown(password)) return 'This password is one of those that are tried first. Choose another; a few words in a row do well.'
  if (isOwn(password, owner)) return 'This password is little more than your name or address. Choose another.'
  return null
}

function isRun(password: string): boolean {
  const codes = [...password.toLowerCase()].map((character) => character.codePointAt(0) ?? 0)
  const steps = new Set(codes.slice(1).map((code, index) => code - (codes[index] ?? 0)))
  return steps.size === 1 || /^(?:0?1234567890?)+\d*$/.test(password)
}

/** Nothing but known words, one after the other. */
function isKnown(password: string): boolean {
  return lettersOf(password).some((letters) => letters !== '' && left(letters, KNOWN) === '')
}

function isOwn(password: string, { name, email }: { name: string; email: string }): boolean {
  const parts = `${name} ${email}`
    .toLowerCase()
    .split(/[^\p{L}]+/u)
    .filter((part) => part.length >= NAME_PART_MIN)
  if (parts.length === 0) return false
  return lettersOf(password).some((letters) => letters !== '' && left(letters, parts).length < REST_MIN)
}

/** The letters alone: as they stand, and with the digits that stand for letters read as such. */
function lettersOf(password: string): string[] {
  const plain = password.toLowerCase()
  const read = [...plain.replace(/[\d!]+$/, '')].map((character) => LOOKALIKES[character] ?? character).join('')
  return [plain, read].map((text) => text.replace(/[^\p{L}]/gu, ''))
}

/** What is left when these words are taken out, the longest first. */
function left(letters: string, words: readonly string[]): string {
  return [...words].sort((a, b) => b.length - a.length).reduce((rest, word) => rest.replaceAll(word, ''), letters)
}
