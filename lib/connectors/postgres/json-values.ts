import { types } from 'pg'
import { ExactNumber, type JsonValue, parseJson } from '#lib/domain/values/json.ts'

const BOOLEAN = 16
const BYTEA = 17
const NUMBERS: ReadonlySet<number> = new Set([20, 21, 23, 26, 700, 701, 1700])
const JSON_TYPES: ReadonlySet<number> = new Set([114, 3802])
const TIMESTAMPS: ReadonlySet<number> = new Set([1114, 1184])
const ELEMENTS: ReadonlyMap<number, number> = new Map([
  [1000, BOOLEAN],
  [1001, BYTEA],
  [1005, 21],
  [1007, 23],
  [1016, 20],
  [1021, 700],
  [1022, 701],
  [1231, 1700],
  [199, 114],
  [3807, 3802],
  [1115, 1114],
  [1185, 1184],
  [1009, 25],
  [1014, 25],
  [1015, 25],
  [1182, 1082],
  [2951, 2950],
])
const TEXT_ARRAY: number = 1009

export function isBytes(type: number): boolean {
  return type === BYTEA || ELEMENTS.get(type) === BYTEA
}

function toNumber(text: string): JsonValue {
  if (!/^-?\d/.test(text)) return text
  const number = Number(text)
  return String(number) === text ? number : new ExactNumber(text)
}

/** `2026-11-20 04:00:00.5+00` as ISO 8601; `infinity` and years before Christ stay as they are. */
function toIso(text: string): string {
  const [, day, time, offset = ''] = /^(\d{4,}-\d\d-\d\d) (\d\d:\d\d:\d\d(?:\.\d+)?)(\+00)?$/.exec(text) ?? []
  return day === undefined ? text : `${day}T${time}${offset === '' ? '' : 'Z'}`
}

function fromArray(text: string, element: number): JsonValue {
  const parse: (text: string) => unknown = types.getTypeParser(TEXT_ARRAY)
  return elementsOf(parse(text), element)
}

function elementsOf(value: unknown, element: number): JsonValue {
  if (Array.isArray(value)) return value.map((item) => elementsOf(item, element))
  return typeof value === 'string' ? toJsonValue(value, element) : null
}

/** A value as PostgreSQL prints it (session in UTC, dates in ISO form) as JSON: numbers to the last digit, times in ISO form. */
export function toJsonValue(text: string | null, type: number): JsonValue {
  if (text === null) return null
  if (NUMBERS.has(type)) return toNumber(text)
  if (type === BOOLEAN) return text === 't'
  if (JSON_TYPES.has(type)) return parseJson(text)
  if (TIMESTAMPS.has(type)) return toIso(text)
  const element = ELEMENTS.get(type)
  return element === undefined ? text : fromArray(text, element)
}
