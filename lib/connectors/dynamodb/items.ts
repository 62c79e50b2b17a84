import type { AttributeValue } from '@aws-sdk/client-dynamodb'
import { ExactNumber, type JsonObject, type JsonValue } from '#lib/domain/values/json.ts'
import type { Table } from './tables.ts'

/** Of one item, names of its attributes included. */
export const ITEM_BYTES_MAX = 400 * 1024
/** Of lists and maps in each other. */
const LEVELS_MAX = 32
const DIGITS_MAX = 38
const KEY_BYTES_MAX = { hash: 2048, range: 1024 }

/** A row as DynamoDB takes it. */
export interface Item {
  attributes: Record<string, AttributeValue>
  bytes: number
  /** Two items of one key are one. */
  key: string
}

/** A row as an item of the table, or why it can be none. */
export function toItem(row: JsonObject, table: Table): { ok: true; item: Item } | { ok: false; reason: string } {
  try {
    const attributes: Record<string, AttributeValue> = {}
    let bytes = 0
    for (const [name, value] of Object.entries(row)) {
      const stored = toAttribute(value, name, 1)
      attributes[name] = stored.value
      bytes += utf8(name) + stored.bytes
    }
    if (bytes > ITEM_BYTES_MAX) throw new NoItem(`has ${bytes} bytes, and an item may have ${ITEM_BYTES_MAX}`)
    checkTyped(attributes, table)
    return { ok: true, item: { attributes, bytes, key: keyText(attributes, table) } }
  } catch (error) {
    if (error instanceof NoItem) return { ok: false, reason: `The row ${error.message}.` }
    throw error
  }
}

/** What follows "The row". */
class NoItem extends Error {}

const utf8 = (text: string) => Buffer.byteLength(text)

interface Stored {
  value: AttributeValue
  bytes: number
}

function toAttribute(value: JsonValue, name: string, level: number): Stored {
  if (value === null) return { value: { NULL: true }, bytes: 1 }
  if (typeof value === 'boolean') return { value: { BOOL: value }, bytes: 1 }
  if (typeof value === 'number' || value instanceof ExactNumber) return numberOf(value, name)
  if (typeof value === 'string') {
    if (!value.isWellFormed()) throw new NoItem(`holds half a character in ${name}`)
    return { value: { S: value }, bytes: utf8(value) }
  }
  if (level > LEVELS_MAX) throw new NoItem(`is nested in more than ${LEVELS_MAX} levels in ${name}`)
  return Array.isArray(value) ? listOf(value, name, level) : mapOf(value, name, level)
}

function listOf(value: readonly JsonValue[], name: string, level: number): Stored {
  const all = value.map((one) => toAttribute(one, name, level + 1))
  return { value: { L: all.map((one) => one.value) }, bytes: 3 + all.reduce((sum, { bytes }) => sum + bytes + 1, 0) }
}

function mapOf(value: JsonObject, name: string, level: number): Stored {
  const map: Record<string, AttributeValue> = {}
  let bytes = 3
  for (const [inner, own] of Object.entries(value)) {
    const stored = toAttribute(own, name, level + 1)
    // `__proto__` is a name like any other.
    Object.defineProperty(map, inner, { value: stored.value, enumerable: true, configurable: true, writable: true })
    bytes += utf8(inner) + stored.bytes + 1
  }
  return { value: { M: map }, bytes }
}

/** As it was written, digit for digit; what has more of them than DynamoDB keeps is no number there. */
function numberOf(value: number | ExactNumber, name: string): Stored {
  const text = value instanceof ExactNumber ? value.text : String(value)
  const [, mantissa = '', exponent = '0'] = /^-?([\d.]+)(?:[eE]([+-]?\d+))?$/.exec(text) ?? []
  const [whole = '', fraction = ''] = mantissa.split('.')
  const digits = `${whole}${fraction}`.replace(/^0+/, '')
  const significant = digits.replace(/0+$/, '')
  // Of the first digit, in tens.
  const size = Number(exponent) + digits.length - fraction.length - 1
  if (significant.length > DIGITS_MAX) throw new NoItem(`holds a number of more than ${DIGITS_MAX} digits in ${name}`)
  if (significant !== '' && (size > 125 || size < -130)) throw new NoItem(`holds a number that is too large or too near to zero in ${name}`)
  return { value: { N: significant === '' ? '0' : text }, bytes: Math.ceil(significant.length / 2) + 2 }
}

/** What stands in a key, of the table or an index, has to be of its type and not empty; of the table it has to be there. */
function checkTyped(attributes: Readonly<Record<string, AttributeValue>>, { key, typed }: Table): void {
  const missing = [key.hash, key.range].find((part) => part !== null && attributes[part.name] === undefined)
  if (missing != null) throw new NoItem(`has no ${missing.name}, which is in the key of the table`)
  for (const [name, type] of typed) {
    const most = name === key.range?.name ? KEY_BYTES_MAX.range : KEY_BYTES_MAX.hash
    const why = whyNoKey(attributes[name], type, most)
    if (why !== null) throw new NoItem(`holds ${why} in ${name}, which stands in a key`)
  }
}

function whyNoKey(value: AttributeValue | undefined, type: string, most: number): string | null {
  if (value === undefined) return null
  const text = type === 'S' ? value.S : type === 'N' ? value.N : undefined
  if (text === undefined) return `something else than ${TYPES[type] ?? type}`
  if (text === '') return 'nothing'
  return utf8(text) > most ? `more than ${most} bytes` : null
}

const TYPES: Record<string, string> = { S: 'text', N: 'a number', B: 'bytes' }

function keyText(attributes: Readonly<Record<string, AttributeValue>>, { key }: Table): string {
  return JSON.stringify([key.hash, key.range].map((part) => (part === null ? null : canonicalKey(attributes[part.name]))))
}

/** `1.0` and `1` are one key. */
function canonicalKey(value: AttributeValue | undefined): string | null {
  if (value?.N === undefined) return value?.S ?? null
  const [, sign = '', mantissa = '', exponent = '0'] = /^(-?)([\d.]+)(?:[eE]([+-]?\d+))?$/.exec(value.N) ?? []
  const [whole = '', fraction = ''] = mantissa.split('.')
  const digits = `${whole}${fraction}`
  const trimmed = digits.replace(/0+$/, '')
  const tens = Number(exponent) - fraction.length + digits.length - trimmed.length
  return trimmed.replace(/^0+/, '') === '' ? '0' : `${sign}${trimmed.replace(/^0+/, '')}e${tens}`
}
