import { ITEM, pathBelow, withNestedColumns } from '#lib/domain/contracts/nested-fields.ts'
import type { KnownColumn } from '#lib/domain/search/known-columns.ts'

const DEPTH_MAX = 8
const COLUMNS_MAX = 2000
/** What Spark calls the element of a list among its fields. */
const ELEMENT = '_element'

const at = (value: unknown, key: string): unknown => (typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined)
const textAt = (value: unknown, key: string): string | null => {
  const text = at(value, key)
  return typeof text === 'string' && text.trim() !== '' ? text : null
}
const fieldsAt = (value: unknown): unknown[] => {
  const fields = at(value, 'fields')
  return Array.isArray(fields) ? fields : []
}

/** The columns that a schema facet of OpenLineage tells, those within others by their paths. */
export function columnsOfSchema(facet: unknown): KnownColumn[] {
  return withNestedColumns(columnsIn(fieldsAt(facet), '', 1).slice(0, COLUMNS_MAX))
}

function columnsIn(fields: readonly unknown[], above: string, depth: number): KnownColumn[] {
  return fields.flatMap((field): KnownColumn[] => {
    const name = textAt(field, 'name')
    if (name === null) return []
    if (above !== '' && name === ELEMENT) return columnsBelow(field, `${above}${ITEM}`, depth)
    const path = pathBelow(above, name)
    return [{ name: path, type: typeOf(field), description: textAt(field, 'description') }, ...columnsBelow(field, path, depth)]
  })
}

function columnsBelow(field: unknown, path: string, depth: number): KnownColumn[] {
  const type = textAt(field, 'type') ?? ''
  if (depth === DEPTH_MAX || /^map\b/i.test(type)) return []
  const fields = fieldsAt(field)
  const isList = /^(array|list)\b/i.test(type) && !fields.some((one) => textAt(one, 'name') === ELEMENT)
  return columnsIn(fields, isList ? `${path}${ITEM}` : path, depth + 1)
}

/** Its type, of a list with that of its elements where nothing stands within them. */
function typeOf(field: unknown): string | null {
  const type = textAt(field, 'type')
  const element = fieldsAt(field).find((one) => textAt(one, 'name') === ELEMENT)
  const itemType = element === undefined || fieldsAt(element).length > 0 ? null : typeOf(element)
  return type?.toLowerCase() === 'array' && itemType !== null ? `array<${itemType}>` : type
}
