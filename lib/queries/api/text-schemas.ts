import { z } from 'zod'

const KEY_MAX = 600
/** PostgreSQL keeps no U+0000, and nobody writes one. */
const WRITABLE = '[^\\u0000]'

/** A text that can be kept; `words` say what it should be. */
export function writable(words: string) {
  return z.string(words).regex(new RegExp(`^${WRITABLE}*$`), words)
}

/** An instant in milliseconds, or the number of a line, written in digits. */
export function digits(words: string) {
  return z
    .string(words)
    .regex(/^\d{1,15}$/, words)
    .transform(Number)
    .meta({ override: { type: 'string', pattern: '^\\d{1,15}$' } })
}

/** What a text such as `feed:terms` looks like, as a regular expression without its ends. */
function subjectPattern(kinds: readonly string[]): string {
  return `(${kinds.join('|')}):${WRITABLE}{1,${KEY_MAX}}`
}

/** `feed:terms` as its kind and key; `words` say what it should be. */
export function subjectSchema<K extends string>(kinds: readonly [K, ...K[]], words: string) {
  const pattern = `^${subjectPattern(kinds)}$`
  return z
    .string(words)
    .regex(new RegExp(pattern), words)
    .transform((text) => toSubject(kinds, text))
    .meta({ override: { type: 'string', pattern } })
}

/** The same, or null for `everything`. */
export function subjectOrEverything<K extends string>(kinds: readonly [K, ...K[]], words: string) {
  const pattern = `^(everything|${subjectPattern(kinds)})$`
  return z
    .string(words)
    .regex(new RegExp(pattern), words)
    .transform((text) => (text === 'everything' ? null : toSubject(kinds, text)))
    .meta({ override: { type: 'string', pattern } })
}

function toSubject<K extends string>(kinds: readonly [K, ...K[]], text: string): { kind: K; key: string } {
  const colon = text.indexOf(':')
  return { kind: kinds.find((kind) => kind === text.slice(0, colon)) ?? kinds[0], key: text.slice(colon + 1) }
}
