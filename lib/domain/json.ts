/** A number that a double would change (too many digits, too large): kept as it was written. */
export class ExactNumber {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }

  toJSON(): unknown {
    return rawJson(this.text)
  }
}

export type JsonValue = null | boolean | number | string | ExactNumber | JsonValue[] | JsonObject
export interface JsonObject {
  [key: string]: JsonValue
}

/** True for `{…}`: neither null, nor an array, nor a number in disguise. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof ExactNumber)
}

// A text in which some number may not survive JSON.parse; strings may match too, which only costs time.
const MAY_BE_INEXACT = /[\d.]{16}|\d[eE][+-]?\d{3}/

/** Doubles nearer to zero have fewer digits, and in the end none. */
const SMALLEST_FULL = 2 ** -1022

/** Parses JSON without losing a digit. Throws SyntaxError like JSON.parse. */
export function parseJson(text: string): JsonValue {
  return MAY_BE_INEXACT.test(text) ? JSON.parse(text, exactNumbers) : JSON.parse(text)
}

function exactNumbers(_key: string, value: unknown, context?: { source?: string }): unknown {
  if (typeof value !== 'number' || context?.source === undefined) return value
  const digits = significantDigits(context.source)
  const keepsDigits = Math.abs(value) >= SMALLEST_FULL || digits === 0
  return Number.isFinite(value) && keepsDigits && digits <= 15 ? value : new ExactNumber(context.source)
}

function significantDigits(source: string): number {
  const mantissa = source.replace(/[eE].*$/, '').replace(/[-.]/g, '')
  return mantissa.replace(/^0+/, '').replace(/0+$/, '').length
}

// The language's library file does not know JSON.rawJSON yet.
function rawJson(text: string): unknown {
  const make: unknown = Reflect.get(JSON, 'rawJSON')
  return typeof make === 'function' ? make.call(JSON, text) : Number(text)
}
