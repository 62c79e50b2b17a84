import type { ColumnType } from '#lib/domain/values/column-type.ts'
import type { FieldFamily } from './field-type.ts'

/** Of what values of a type can be made at all; a text may hold anything. */
const MADE_OF: Readonly<Record<ColumnType, readonly FieldFamily[]>> = {
  text: ['string', 'integer', 'number', 'boolean', 'date', 'time', 'timestamp'],
  integer: ['string', 'integer', 'number'],
  number: ['string', 'integer', 'number'],
  boolean: ['string', 'integer', 'boolean'],
  date: ['string', 'date', 'timestamp'],
  timestamp: ['string', 'date', 'timestamp'],
  json: ['string', 'integer', 'number', 'boolean', 'date', 'time', 'timestamp', 'object', 'array'],
}
/** Seconds or milliseconds since 1970. */
const MADE_OF_EPOCH: readonly FieldFamily[] = ['string', 'integer', 'number']

/** Whether a column of this type can be made of values of a family; `isEpoch`: they count since 1970. */
export function canBeRead(family: FieldFamily, type: ColumnType, isEpoch = false): boolean {
  return (isEpoch ? MADE_OF_EPOCH : MADE_OF[type]).includes(family)
}
