import { hideForeignCredentials } from './hide-credentials.ts'
import type { Redact } from './redaction.ts'

const LENGTH_MAX = 160
const READ_MAX = 65_536
const DEPTH_MAX = 3
const PLACES =
  /^(error|errors|error_?(code|description|message|type)|fault(code|string)?|code|message|msg|reason|title|detail|status|type|value|text)$/i

interface Kept {
  redact?: Redact
  asked?: readonly string[]
}

/** A short piece of an outside system's message (of a document only its error fields) without secrets, and with `…` for any word that
 * may be a name, an id or a value. */
export function foreignWords(text: string, { redact = hideForeignCredentials, asked = [] }: Kept = {}): string {
  const said = wordsIn(text.slice(0, READ_MAX).trim())
  const words = redact(said)
    .replace(QUOTED, (quoted) => (asked.includes(quoted.slice(1, -1)) ? quoted : '…'))
    .split(/[\s\p{Cc}]+/u)
  const kept = words
    .map((word) => keptOf(word, asked))
    .join(' ')
    .replace(/…(?:[\s…]*…)+/g, '…')
  return kept.length > LENGTH_MAX ? `${kept.slice(0, LENGTH_MAX - 2).replace(/\s\S*$/, '')} …` : kept.trim()
}

function wordsIn(text: string): string {
  if (text.startsWith('<')) return /<(?:title|faultstring|message|code)\b[^<>]*>([^<]*)</i.exec(text)?.[1] ?? ''
  if (!/^[[{"]/.test(text)) return text
  try {
    return [...errorWords(JSON.parse(text), 0)].join(' · ')
  } catch {
    return ''
  }
}

function* errorWords(value: unknown, depth: number): Generator<string> {
  if (typeof value === 'string' || typeof value === 'number') yield String(value)
  if (typeof value !== 'object' || value === null || depth > DEPTH_MAX) return
  if (Array.isArray(value)) {
    if (value.length > 0) yield* errorWords(value[0], depth + 1)
    return
  }
  for (const [key, inner] of Object.entries(value)) if (PLACES.test(key)) yield* errorWords(inner, depth + 1)
}

const QUOTED = /"[^"]*"|'[^']*'(?![a-z])|`[^`]*`|«[^»]{0,1000}»|„[^“]{0,1000}“|“[^”]{0,1000}”/g
const PLAIN_WORD = /^[a-z]{1,24}(?:['’][a-z]{1,3})?(?:[_-][a-z]{1,24}){0,5}$/
const CODE = /^(?=.*[\d_])[A-Z][A-Z0-9]{0,30}(?:[_/-][A-Z0-9]{1,30}){1,6}$/
const MANY_DIGITS = /\d{6}|^[A-Z]{0,2}\d{5}|^\D{0,2}\d{3}-\d\d-\d{4}/

function keptOf(word: string, asked: readonly string[]): string {
  const [, before = '', core = '', after = ''] = /^([^\p{L}\p{N}•…]*)(.*?)([^\p{L}\p{N}•…]*)$/su.exec(word) ?? []
  const punctuation = (text: string) => text.replace(asked.includes(core) ? /[^.,;:!?()'"·-]/g : /[^.,;:!?()·-]/g, '')
  const isKept = core === '' || /^[•…]+$/.test(core) || isHarmless(core) || asked.includes(core)
  return `${punctuation(before)}${isKept ? core : '…'}${punctuation(after)}`
}

function isHarmless(word: string): boolean {
  if (PLAIN_WORD.test(word) || /^\d{1,3}$/.test(word) || COMMON.has(word.toLowerCase())) return true
  return CODE.test(word) && !MANY_DIGITS.test(word)
}

/** Capitalised words common in error messages. */
const COMMON = new Set(
  `a access account action an and api application argument at attribute authentication authorization bad bearer basic by call
  cannot certificate client column conflict connection content could credentials csrf data database denied directory document does
  endpoint entity error exceeded exception expected expired failed failure field file filter forbidden found function gateway
  host http https id if illegal in incorrect input insufficient integration internal invalid is it json key limit listening login
  malformed maximum message method missing module must name network no not null object of on operation out page parameter parse
  password payload permission permissions pipeline please policy process property proxy query quota rate read reason record
  reference refused request required resource response route row rows scope server service session signature size sql status syntax
  system table task temporarily terminated the there this timed timeout to token too type unable unauthorized unavailable
  undefined unexpected unknown unsupported url user username validation value version was wrong you your`.split(/\s+/),
)
