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

// A text in which some number may not survive JSON.parse. A number stands behind a bracket, a colon, a comma or a space; within a string the same may
// be said, which only costs time.
const MAY_BE_INEXACT = /(?:^|[[:,\s])-?(?:[\d.]{16}|[\d.]+[eE][+-]?\d{3})/

/** Doubles nearer to zero have fewer digits, and in the end none. */
const SMALLEST_FULL = 2 ** -1022

/** Parses JSON without losing a digit. Throws SyntaxError like JSON.parse. */
export function parseJson(text: string): JsonValue {
  if (!MAY_BE_INEXACT.test(text)) return JSON.parse(text)
  try {
    return JSON.parse(text, exactNumbers)
  } catch (error) {
    // Nested so deeply that the call stack ends: `isTooDeep` finds it out, and then its digits do not matter.
    if (error instanceof RangeError) return JSON.parse(text)
    throw error
  }
}

/** Deeper values are refused: nothing real is, and recursion has to end somewhere. */
export const DEPTH_MAX = 200

/** True for a value that is nested in more levels than these; where nothing is said, deeper than anybody can keep. */
export function isTooDeep(value: unknown, levels = DEPTH_MAX): boolean {
  if (typeof value !== 'object' || value === null || value instanceof ExactNumber) return false
  if (levels <= 0) return true
  return Object.values(value).some((inner) => isTooDeep(inner, levels - 1))
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
