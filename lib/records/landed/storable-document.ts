import { DEPTH_MAX, ExactNumber, isTooDeep, type JsonValue, parseJson } from '#lib/domain/values/json.ts'
import { isStorableText, toStorableText } from '#lib/domain/values/storable-text.ts'

/** Less deep than this nothing short can be. */
const SHORT = 2 * DEPTH_MAX
/** A text in which there may be what PostgreSQL does not take: a NUL, half of a surrogate pair, a number with very many digits. */
const MAY_BE_UNSTORABLE = /\\u(?:0000|d[89a-f])|[eE][+-]?\d{4}|\d{1000}/i
/** A text in which there may be a whole number that a double would change: two of them may become one. */
const MAY_BE_LONG = /(?:^|[[:,\s])-?\d{16}/
/** PostgreSQL keeps this many digits behind the point, and more before it. */
const DIGITS_MAX = 16_000

export const NO_JSON = 'is not JSON'

export type StorableDocument = { document: string } | { reason: string }

/** Told of the value of each document that can be kept, whole numbers with all their digits. */
export type SeeValue = (value: unknown) => void

/**
 * A JSON text as jsonb takes it: as it was written, each digit included, but for U+FFFD in place of a NUL or of half a surrogate pair. Or why it
 * cannot be kept, completing "the row …".
 */
export function storableDocument(text: string, see: SeeValue = () => {}): StorableDocument {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return { reason: NO_JSON }
  }
  if (text.length > SHORT && isTooDeep(value)) return { reason: `is nested deeper than ${DEPTH_MAX} levels` }
  if (MAY_BE_UNSTORABLE.test(text)) return storableValue(parseJson(text), see)
  see(MAY_BE_LONG.test(text) ? parseJson(text) : value)
  return { document: text }
}

/** The same of a value. */
export function storableValue(value: JsonValue, see: SeeValue = () => {}): StorableDocument {
  const cleaned = clean(value)
  if (cleaned === undefined) return { reason: 'holds a number that is too large to be kept' }
  see(cleaned)
  return { document: JSON.stringify(cleaned) }
}

function clean(value: JsonValue): JsonValue | undefined {
  if (typeof value === 'string') return toStorableText(value)
  if (value instanceof ExactNumber) return isTooLong(value.text) ? undefined : value
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) {
    const items = value.map(clean)
    return items.every((item) => item !== undefined) ? items : undefined
  }
  const entries = Object.entries(value).map(([key, item]) => [isStorableText(key) ? key : toStorableText(key), clean(item)] as const)
  return entries.some(([, item]) => item === undefined) ? undefined : (Object.fromEntries(entries) as JsonValue)
}

function isTooLong(number: string): boolean {
  const [mantissa = '', exponent = '0'] = number.toLowerCase().split('e')
  return mantissa.length + Math.abs(Number(exponent)) > DIGITS_MAX
}
