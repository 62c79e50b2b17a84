import { toShownText } from '#lib/domain/values/shown-text.ts'
import { compareFields, type Difference, quoted } from './compare-fields.ts'
import type { Field } from './field.ts'
import { type FieldFamily, type FieldType, readFieldType } from './field-type.ts'
import { ITEM, pathBelow } from './nested-fields.ts'
import { type SeenField, type Shape, typeTextOf } from './shape.ts'

/**
 * How the records of a file differ from the fields that are promised. In JSON a field that need not be there may be in no record; in a CSV its column is
 * there or gone.
 */
export function compareShape(promised: readonly Field[], shape: Shape): Difference[] {
  if (shape.records === 0) return []
  const found = shape.fields.map((seen) => fieldOf(seen, pairOf(seen.name, promised), shape.isText))
  const named = compareFields(promised, found).filter(({ kind }) => !(shape.isCut && (kind === 'gone' || kind === 'renamed')))
  const optional = shape.isText ? new Set<string>() : optionalNames(promised)
  const told = named.map((one) => (one.kind === 'gone' && optional.has(one.field) ? inNoRecord(one) : one))
  const counted = compareCounts(promised, shape.fields, { records: shape.records, above: '' })
  return [...told, ...counted.map((one) => ({ ...one, words: toShownText(one.words) }))]
}

function inNoRecord({ field }: Difference): Difference {
  return { kind: 'gone', field, weight: 'noted', words: toShownText(`the field "${field}" is in no record`) }
}

function optionalNames(fields: readonly Field[], above = ''): Set<string> {
  const names = fields.flatMap(({ name, isRequired, fields: below = [] }) => [
    ...(isRequired === true ? [] : [pathBelow(above, name)]),
    ...optionalNames(below, pathBelow(above, name)),
  ])
  return new Set(names)
}

function pairOf<T extends { name: string }>(name: string, among: readonly T[]): T | undefined {
  return among.find((one) => one.name === name) ?? among.find((one) => one.name.toLowerCase() === name.toLowerCase())
}

function fieldOf(seen: SeenField, promise: Field | undefined, isText: boolean): Field {
  const untold = { description: null, isRequired: null, isUnique: null, isKey: null, values: null }
  const typeText = typeTextOf(seen, isText)
  const isKept = promise?.type != null && holdsOnly(seen, promise.type.family, isText)
  const below = promise?.fields
  return {
    ...untold,
    name: seen.name,
    typeText,
    type: isKept ? (promise?.type ?? null) : typeOf(seen, isText),
    // Of objects and elements nobody saw nothing is gone.
    ...(below !== undefined &&
      seen.fields.length > 0 && { fields: seen.fields.map((field) => fieldOf(field, pairOf(field.name, below), isText)) }),
  }
}

function typeOf(seen: SeenField, isText: boolean): FieldType | null {
  if (seen.kinds.length === 0) return null
  const text = typeTextOf(seen, isText)
  // What is of several kinds is of none of them; its texts cannot be read as anything else.
  return readFieldType(seen.kinds.length > 1 && text?.includes(' and ') ? 'string' : text) ?? bare(text)
}

function bare(text: string | null): FieldType | null {
  return text === null ? null : { family: text as FieldFamily, bits: null, lengthMax: null, isZoned: null }
}

/** Whether every value can be one of a family, as files write them. */
function holdsOnly({ kinds, fits }: SeenField, family: FieldFamily, isText: boolean): boolean {
  const isDated = family === 'date' || family === 'timestamp' || family === 'time'
  return kinds.every((kind) => {
    if (kind === family || (kind === 'integer' && family === 'number')) return true
    return kind === 'string' && (isText || isDated) && (fits.includes(family) || family === 'object' || family === 'array')
  })
}

interface Above {
  records: number
  /** The path of what holds them. */
  above: string
}

function compareCounts(promised: readonly Field[], fields: readonly SeenField[], { records, above }: Above): Difference[] {
  const isAlone = promised.filter(({ isKey }) => isKey === true).length === 1
  return promised.flatMap((promise) => {
    const seen = pairOf(promise.name, fields)
    if (seen === undefined) return []
    const field = pathBelow(above, promise.name)
    const there = promise.name === ITEM ? seen.records : records
    const below = { records: seen.records - seen.empty, above: field }
    const isUnique = promise.isUnique === true || (promise.isKey === true && isAlone)
    return [
      ...(promise.isRequired === true && seen.records - seen.empty < there ? [emptyInWords(field)] : []),
      ...(isUnique && seen.isUnique === false ? [twiceInWords(field)] : []),
      ...otherValues(field, promise.values, seen),
      ...compareCounts(promise.fields ?? [], seen.fields, below),
    ]
  })
}

function emptyInWords(field: string): Difference {
  return { kind: 'required', field, weight: 'breaks', words: `the field "${field}" is required, and empty in some records` }
}

function twiceInWords(field: string): Difference {
  const where = field.includes(ITEM) ? ' in one list' : ''
  return { kind: 'unique', field, weight: 'breaks', words: `the field "${field}" holds the same twice${where}` }
}

function notAllComparedInWords(field: string): Difference {
  const words = `not every value of the field "${field}" could be compared with those it may have`
  return { kind: 'values', field, weight: 'noted', words }
}

function otherValues(field: string, allowed: readonly string[] | null, { values, isMore }: SeenField): Difference[] {
  if (allowed === null) return []
  const others = values.filter((value) => !allowed.includes(value))
  const isOther = isMore && values.length >= allowed.length
  if (others.length === 0 && !isOther) return isMore ? [notAllComparedInWords(field)] : []
  const what = others.length > 0 ? `holds ${quoted(others)}` : 'holds more'
  return [{ kind: 'values', field, weight: 'warns', words: `the field "${field}" ${what}, which is not among its values` }]
}
