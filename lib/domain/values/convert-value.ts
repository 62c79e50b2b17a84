import type { ColumnType, WrittenColumn } from './column-type.ts'
import { isInitialDate, readDay, readEpoch, readMoment } from './convert-time.ts'
import { DEPTH_MAX, ExactNumber, isJsonObject, isTooDeep, type JsonValue } from './json.ts'

/** How the values of one column are read. */
export interface Conversion {
  type: ColumnType | null
  /** What wall-clock times mean. */
  zone: string
  epoch: 's' | 'ms' | null
}

/** A value as its column takes it, or why it does not; the reason never repeats the value. */
export type Converted = { ok: true; value: JsonValue } | { ok: false; reason: string }

const BIGINT_MAX = 9_223_372_036_854_775_807n
const DECIMAL = /^([+-]?)(\d+(?:\.\d*)?|\.\d+)(?:e([+-]?\d{1,4}))?$/i
/** SAP puts the minus behind the number. */
const TRAILING_MINUS = /^(\d.*)-$/
/** PostgreSQL keeps more digits than anybody sends; beyond this a number is a mistake. */
const EXPONENT_MAX = 1000
const WORDS_FOR_TRUE: ReadonlySet<string> = new Set(['true', 'yes', 'y', '1', 'x', 'on'])
const WORDS_FOR_FALSE: ReadonlySet<string> = new Set(['false', 'no', 'n', '0', 'off'])

const good = (value: JsonValue): Converted => ({ ok: true, value })
const bad = (reason: string): Converted => ({ ok: false, reason })

/** What a text looks like without saying what it is: digits as 9, letters as a. */
function shapeOf(text: string): string {
  const shape = text.trim().replace(/\p{L}/gu, 'a').replace(/\p{N}/gu, '9').replace(/\s/g, ' ')
  return shape.length > 30 ? `${shape.slice(0, 30)}…` : shape
}

function described(value: JsonValue): string {
  if (typeof value === 'string') return `reads like "${shapeOf(value)}"`
  if (Array.isArray(value)) return 'is a list'
  if (isJsonObject(value)) return 'is a map'
  return typeof value === 'boolean' ? 'is true or false' : `reads like "${shapeOf(String(numberText(value)))}"`
}

/** The digits of a number as they were sent; null for what is not a number. */
function numberText(value: JsonValue): string | null {
  if (value instanceof ExactNumber) return value.text
  return typeof value === 'number' ? String(value) : null
}

/** A text, trimmed, or a number as text, every digit of it; null for everything else. */
export function scalarText(value: JsonValue): string | null {
  return typeof value === 'string' ? value.trim() : numberText(value)
}

/** Why PostgreSQL and our partners could not keep a text as it is. */
function textProblem(text: string): string | null {
  if (text.includes('\0')) return 'holds a NUL character'
  return text.isWellFormed() ? null : 'holds half of a Unicode character'
}

function toText(value: JsonValue): Converted {
  if (Array.isArray(value) || isJsonObject(value)) return bad(`${described(value)}, not text; "type: json" would keep it`)
  const text = typeof value === 'string' ? value : String(numberText(value) ?? value)
  const problem = textProblem(text)
  return problem === null ? good(text) : bad(problem)
}

function decimalOf(value: JsonValue): string | null {
  const text = scalarText(value)?.replace(TRAILING_MINUS, '-$1')
  const [, sign, digits, exponent = '0'] = DECIMAL.exec(text ?? '') ?? []
  if (sign === undefined || digits === undefined || Math.abs(Number(exponent)) > EXPONENT_MAX) return null
  return `${sign === '-' ? '-' : ''}${tidyDigits(digits)}${Number(exponent) === 0 ? '' : `e${Number(exponent)}`}`
}

/** Digits as JSON writes them: no leading zeros, none missing before or after the point. */
function tidyDigits(digits: string): string {
  const [whole = '', fraction = ''] = digits.split('.')
  return `${whole.replace(/^0+(?=\d)/, '') || '0'}${fraction === '' ? '' : `.${fraction}`}`
}

/** A number that a double carries without loss, else its digits. */
function asNumber(text: string): JsonValue {
  const number = Number(text)
  return String(number) === text && Number.isFinite(number) ? number : new ExactNumber(text)
}

function toNumber(value: JsonValue): Converted {
  const text = decimalOf(value)
  return text === null ? bad(`${described(value)}, not a number such as 1234.50`) : good(asNumber(text))
}

function toInteger(value: JsonValue): Converted {
  const text = decimalOf(value)?.replace(/\.0*$/, '')
  if (text === undefined || !/^-?\d+$/.test(text)) return bad(`${described(value)}, not a whole number`)
  const whole = BigInt(text)
  if (whole > BIGINT_MAX || whole < -BIGINT_MAX - 1n) return bad('is larger than a whole number may be')
  return good(asNumber(whole.toString()))
}

function toBoolean(value: JsonValue): Converted {
  if (typeof value === 'boolean') return good(value)
  const word = scalarText(value)?.toLowerCase() ?? ''
  if (WORDS_FOR_TRUE.has(word)) return good(true)
  return WORDS_FOR_FALSE.has(word) ? good(false) : bad(`${described(value)}, not true or false`)
}

function toDate(value: JsonValue): Converted {
  const text = typeof value === 'string' ? value.trim() : ''
  if (isInitialDate(text)) return good(null)
  const day = readDay(text)
  return day === null ? bad(`${described(value)}, not a date such as 2026-11-20`) : good(day)
}

function toTimestamp(value: JsonValue, { zone, epoch }: Conversion): Converted {
  const text = scalarText(value) ?? ''
  if (isInitialDate(text)) return good(null)
  const read = epoch !== null ? readEpoch(text, epoch) : typeof value === 'string' ? readMoment(text, zone) : null
  if (read !== null) return good(read)
  const wanted = epoch === null ? 'a time such as 2026-11-20T04:00:00Z' : epoch === 's' ? 'seconds since 1970' : 'milliseconds since 1970'
  return bad(`${described(value)}, not ${wanted}`)
}

function jsonProblem(value: JsonValue): string | null {
  if (typeof value === 'string') return textProblem(value)
  if (value instanceof ExactNumber) return decimalOf(value) === null ? 'holds a number too large to keep' : null
  if (Array.isArray(value)) return value.map(jsonProblem).find((problem) => problem !== null) ?? null
  if (!isJsonObject(value)) return null
  return (
    Object.entries(value)
      .map(([key, inner]) => textProblem(key) ?? jsonProblem(inner))
      .find((problem) => problem !== null) ?? null
  )
}

/** Any JSON value unchanged, unless nobody could keep it: half a character, a NUL, a number beyond all bounds, nesting without end. */
export function keepValue(value: JsonValue): Converted {
  if (isTooDeep(value)) return bad(`is nested deeper than ${DEPTH_MAX} levels`)
  const problem = jsonProblem(value)
  return problem === null ? good(value) : bad(problem)
}

/**
 * One value as its column takes it. Text that is blank is nothing, as PeopleSoft means it. Numbers keep every digit; dates are
 * `YYYY-MM-DD`; times become UTC, `YYYY-MM-DDTHH:MM:SS[.ffffff]Z`. Nothing is guessed: what does not fit has a reason.
 */
export function convertValue(value: JsonValue, conversion: Conversion): Converted {
  if (value === null || (typeof value === 'string' && value.trim() === '')) return good(null)
  switch (conversion.type) {
    case 'text':
      return toText(value)
    case 'integer':
      return toInteger(value)
    case 'number':
      return toNumber(value)
    case 'boolean':
      return toBoolean(value)
    case 'date':
      return toDate(value)
    case 'timestamp':
      return toTimestamp(value, conversion)
    default:
      return keepValue(value)
  }
}

/** How the values of a column are read, as it is written; wall-clock times mean `zone` unless it names its own. */
export function conversionOf(written: WrittenColumn, zone: string): Conversion {
  const column = typeof written === 'string' ? { from: written } : written
  return { type: column.type ?? null, epoch: column.epoch ?? null, zone: column.zone ?? zone }
}

/** Why the default of a column does not fit its type; null when it does or when there is none. */
export function defaultProblem(written: WrittenColumn, zone: string): string | null {
  const fallback = typeof written === 'string' ? null : (written.default ?? null)
  const converted = convertValue(fallback, conversionOf(written, zone))
  return converted.ok ? null : converted.reason
}
