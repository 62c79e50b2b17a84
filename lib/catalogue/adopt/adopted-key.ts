import { UNSAFE_KEYS } from '#lib/catalogue/parse/catalogue-file.ts'
import { toKey } from '#lib/catalogue/propose/proposal-groups.ts'
import { markOf } from '#lib/domain/values/mark-of.ts'

const LONGEST = 58
const JOINED_LONGEST = 100

/**
 * A name as a catalogue key, always the same for the same name: lower case letters, digits and hyphens. A name that such a key cannot hold whole
 * (another script, very long) ends in a mark that tells it from others.
 */
export function adoptedKey(name: string, what: 'group' | 'feed'): string {
  // With a letter ahead the digits that a name begins with stay.
  const plain = toKey(`k ${name}`, 'k').replace(/^k-?/, '')
  const isWhole = plain.length < LONGEST && !/[^\p{ASCII}]/u.test(folded(name).replaceAll(/[^\p{L}\p{N}]/gu, ''))
  const key = isWhole ? plain : [plain.slice(0, LONGEST - 8).replace(/-$/, ''), markOf(name)].filter(Boolean).join('-')
  if (key === '') return `${what}-${markOf(name)}`
  return /^[a-z]/.test(key) && !UNSAFE_KEYS.has(key) ? key : `${what}-${key}`
}

/** The key of a feed that a rule makes: a feed has one address on the page, so its group stands before it. */
export function feedKeyIn(group: string, feed: string): string {
  const key = `${group}-${feed}`
  return key.length <= JOINED_LONGEST ? key : `${key.slice(0, JOINED_LONGEST - 8)}-${markOf(key)}`
}

function folded(name: string): string {
  return name.normalize('NFKD').replaceAll(/\p{M}/gu, '')
}
