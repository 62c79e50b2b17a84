import type { IndexField } from '#lib/connectors/kit/index-build.ts'
import type { Field } from '#lib/domain/contracts/field.ts'
import type { FieldFamily } from '#lib/domain/contracts/field-type.ts'
import { ITEM } from '#lib/domain/contracts/nested-fields.ts'
import type { ColumnType } from '#lib/domain/values/column-type.ts'

/** Longer texts are found by their words alone. */
const WHOLE_TEXT_MAX = 256

const WHOLE = { type: 'keyword' }
const FIELDS: Record<ColumnType, object> = {
  text: { type: 'text', fields: { keyword: { type: 'keyword', ignore_above: WHOLE_TEXT_MAX } } },
  integer: { type: 'long' },
  number: { type: 'double' },
  boolean: { type: 'boolean' },
  date: { type: 'date', format: 'strict_date' },
  timestamp: { type: 'date', format: 'strict_date_optional_time_nanos' },
  // Its fields may be anything, and many: it is kept and shown, and not searched.
  json: { type: 'object', enabled: false },
}
/** What a promised type is, where it says nothing more. */
const OF_FAMILY: Record<Exclude<FieldFamily, 'array'>, object> = {
  string: FIELDS.text,
  integer: FIELDS.integer,
  number: FIELDS.number,
  boolean: FIELDS.boolean,
  date: FIELDS.date,
  time: WHOLE,
  timestamp: FIELDS.timestamp,
  object: FIELDS.json,
}
/** Texts that name one thing. */
const NAMING = new Set(['uuid', 'email', 'uri', 'hostname', 'ipv4', 'ipv6'])

/**
 * The fields of an index: as people map them, else as the types of columns have them, else as the contract promises them; what tells documents apart, or names
 * something by the contract, is found as a whole. Columns of which nothing is known are left to their values.
 */
export function propertiesOf(fields: readonly IndexField[]): Record<string, object> {
  return Object.fromEntries(fields.flatMap((field) => pairOf(field.name, field.mapping ?? ofColumn(field))))
}

function pairOf(name: string, kept: object | null): [string, object][] {
  return kept === null ? [] : [[name, kept]]
}

function ofColumn({ type, isKey, promised }: IndexField): object | null {
  const family = promised?.type?.family
  const isText = type === 'text' || (type === null && family === 'string')
  const isUntold = type === null && family === undefined
  if ((isKey && (isText || isUntold)) || (isText && promised !== undefined && isName(promised))) return WHOLE
  if (type === null || (type === 'json' && hasFields(promised))) return ofPromised(promised)
  return FIELDS[type]
}

const hasFields = (promised: Field | undefined) => promised?.fields !== undefined && promised.fields.length > 0

/** It tells one thing from others, or is no text to be searched by its words. */
function isName({ isKey, isUnique, values, classification, format }: Field): boolean {
  return isKey === true || isUnique === true || values !== null || classification !== undefined || NAMING.has(format ?? '')
}

function ofPromised(promised: Field | undefined): object | null {
  const family = promised?.type?.family
  if (promised === undefined || family === undefined) return null
  const { fields = [], format } = promised
  if (family === 'array') return ofList(fields)
  if (family === 'object' && fields.length > 0) return { type: 'object', properties: below(fields) }
  if (family === 'string' && isName(promised)) return WHOLE
  const isTime = family === 'date' || family === 'timestamp'
  return isTime && format !== undefined ? { type: 'date', format } : OF_FAMILY[family]
}

/** An index knows no lists: a field may have several values. Objects in a list are kept apart, so that what stands in two of them is not found together. */
function ofList(fields: readonly Field[]): object | null {
  const item = fields.find(({ name }) => name === ITEM)
  if (item?.type?.family === 'object' && item.fields !== undefined) return { type: 'nested', properties: below(item.fields) }
  return ofPromised(item)
}

function below(fields: readonly Field[]): Record<string, object> {
  return Object.fromEntries(fields.flatMap((field) => pairOf(field.name, ofPromised(field))))
}
