import type { KnownColumn } from '#lib/domain/search/known-columns.ts'
import type { Field } from './field.ts'
import type { FieldFamily } from './field-type.ts'
import { ITEM, pathBelow } from './nested-fields.ts'

/** What the records of one file have in a field. */
export interface SeenField {
  name: string
  /** Records that have it, with a value or empty. */
  records: number
  /** Of those, where it is empty. */
  empty: number
  /** What its values are, as they are written. */
  kinds: FieldFamily[]
  /** What all its texts could be read as. */
  fits: FieldFamily[]
  /** Different values, the first ones; none is kept that is long. */
  values: string[]
  /** There are more than `values` holds. */
  isMore: boolean
  /** Of what lists hold: within each of them. null: it was not counted to a result. */
  isUnique: boolean | null
  /** Of objects, their own; of lists one, called `[]`, for their elements. */
  fields: SeenField[]
}

/** What the records of one file look like. */
export interface Shape {
  records: number
  /** Every value is a text, as in CSV. */
  isText: boolean
  fields: SeenField[]
  /** There are more fields than were counted. */
  isCut: boolean
}

/** A shape with the values of those fields only of which is promised which they may be: others are nobody's business. */
export function withValuesOf(shape: Shape, promised: readonly Field[]): Shape {
  return { ...shape, fields: withValues(shape.fields, promised) }
}

function withValues(fields: readonly SeenField[], promised: readonly Field[]): SeenField[] {
  return fields.map((field) => {
    const meant = promised.filter(({ name }) => name.toLowerCase() === field.name.toLowerCase())
    const isPromised = meant.some(({ values }) => values !== null)
    const below = meant.flatMap(({ fields: own = [] }) => own)
    return { ...field, values: isPromised ? field.values : [], fields: withValues(field.fields, below) }
  })
}

/** What a field of a file is called where types of columns are; null: every value was empty. */
export function typeTextOf({ kinds, fits }: SeenField, isText: boolean): string | null {
  if (kinds.length === 0) return null
  if (isText) return fits[0] ?? 'string'
  if (kinds.every((kind) => kind === 'integer' || kind === 'number')) return kinds.includes('number') ? 'number' : 'integer'
  return kinds.join(' and ')
}

/** The fields of a file as columns, those within objects and lists by their paths. */
export function columnsOfShape({ fields, isText }: Pick<Shape, 'fields' | 'isText'>, above = ''): KnownColumn[] {
  return fields.flatMap((field) => {
    const path = pathBelow(above, field.name)
    const below = columnsOfShape({ fields: field.fields, isText }, path)
    return field.name === ITEM ? below : [{ name: path, type: shownType(field, isText), description: null }, ...below]
  })
}

function shownType(field: SeenField, isText: boolean): string | null {
  const text = typeTextOf(field, isText)
  const item = field.fields.find(({ name }) => name === ITEM)
  const itemText = item === undefined ? null : shownType(item, isText)
  return text === 'array' && itemText !== null ? `array<${itemText}>` : text
}
