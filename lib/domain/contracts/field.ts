import type { KnownColumn } from '#lib/domain/search/known-columns.ts'
import { type FieldType, readFieldType } from './field-type.ts'

/** A field of an entity, promised or found; null: nobody tells. */
export interface Field {
  name: string
  /** As it is written where it comes from. */
  typeText: string | null
  type: FieldType | null
  description: string | null
  isRequired: boolean | null
  isUnique: boolean | null
  isKey: boolean | null
  /** The only values it may have. */
  values: readonly string[] | null
  /** Of an object, its own; absent: nobody tells. */
  fields?: readonly Field[]
}

/** What a system tells of columns, as fields: their names and types. */
export function fieldsOfColumns(columns: readonly KnownColumn[]): Field[] {
  const untold = { isRequired: null, isUnique: null, isKey: null, values: null }
  return columns.map(({ name, type, description }) => ({ name, typeText: type, type: readFieldType(type), description, ...untold }))
}
