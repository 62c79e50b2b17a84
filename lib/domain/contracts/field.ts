import type { FieldType } from './field-type.ts'

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
  /** How a text, a date or a time is written; absent: nobody tells. */
  format?: string
  /** Who may know it, in its producer's own words; absent: nobody tells. */
  classification?: string
  /** By what its producer marks it; absent: by nothing. */
  tags?: readonly string[]
  /** Of an object, its own; of a list one, called `[]`, for its elements; absent: nobody tells. */
  fields?: readonly Field[]
}
