import type { KnownColumn } from '#lib/domain/search/known-columns.ts'
import type { Field } from './field.ts'
import { readFieldType } from './field-type.ts'
import { readNestedType } from './nested-type.ts'

/** What an element of a list is called among its fields. */
export const ITEM = '[]'

/** The path of a field below another: `address.city`, of what a list holds `lines[].sku`. */
export function pathBelow(above: string, name: string): string {
  if (above === '' || name.startsWith(ITEM)) return `${above}${name}`
  return `${above}.${name}`
}

/** Fields and those within them by their paths, each before its own; an element of a list only where it has none. */
export function flatFields(fields: readonly Field[], above = ''): Field[] {
  return fields.flatMap((field) => {
    const path = pathBelow(above, field.name)
    const below = flatFields(field.fields ?? [], path)
    return field.name === ITEM ? below : [{ ...field, name: path }, ...below]
  })
}

const DEPTH_MAX = 8

/** A column as a field, with the fields that its type names. */
function toField({ name, type, description }: KnownColumn, depth = 1): Field {
  const untold = { isRequired: null, isUnique: null, isKey: null, values: null }
  const fields = type === null || depth === DEPTH_MAX ? [] : fieldsIn(type, depth + 1)
  return { name, typeText: type, type: readFieldType(type), description, ...untold, ...(fields.length > 0 && { fields }) }
}

function fieldsIn(type: string, depth: number): Field[] {
  const nested = readNestedType(type)
  if (nested === null) return []
  const within = nested.kind === 'array' ? [{ name: ITEM, typeText: nested.itemText }] : nested.fields
  return within.map(({ name, typeText }) => toField({ name, type: typeText, description: null }, depth))
}

interface Branch {
  field: Field
  below: Map<string, Branch>
}

/** Columns by paths that say where they lead into a list: BigQuery writes `lines.sku` of what a list `lines` holds, too. */
function withListMarks(columns: readonly KnownColumn[]): KnownColumn[] {
  const lists = new Set(columns.flatMap(({ name, type }) => (readFieldType(type)?.family === 'array' ? [name] : [])))
  const marked = (path: string) => path.replace(/\./g, (dot, at: number) => (lists.has(path.slice(0, at)) ? `${ITEM}${dot}` : dot))
  return columns.map((column) => ({ ...column, name: marked(column.name) }))
}

/** What a system tells of columns, as fields: their names and types. A column `a.b` beside an object `a`, or `a[].b` beside a list, is a field of that. */
export function fieldsOfColumns(columns: readonly KnownColumn[]): Field[] {
  const top = new Map<string, Branch>()
  const byPath = new Map<string, Branch>()
  for (const column of withListMarks(columns)) {
    const above = branchAbove(column.name, byPath)
    const branch: Branch = { field: toField({ ...column, name: above?.rest ?? column.name }), below: new Map() }
    const among = above?.branch.below ?? top
    if (among.has(branch.field.name)) continue
    among.set(branch.field.name, branch)
    byPath.set(column.name, branch)
  }
  return [...top.values()].map(grown)
}

/** The nearest column told before that may hold one of this name, and what is left of the name. */
function branchAbove(path: string, byPath: Map<string, Branch>): { branch: Branch; rest: string } | null {
  for (let at = path.lastIndexOf('.'); at > 0; at = path.lastIndexOf('.', at - 1)) {
    const holder = path.slice(0, at).replace(/(\[\])+$/, '')
    const branch = byPath.get(holder)
    const family = branch?.field.type?.family
    if (branch === undefined || (family !== 'object' && family !== 'array')) continue
    const items = path.slice(holder.length, at)
    return { branch: itemBranch(branch, items.length / ITEM.length), rest: path.slice(at + 1) }
  }
  return null
}

/** The element of a list, so many lists deep. */
function itemBranch(branch: Branch, lists: number): Branch {
  if (lists === 0) return branch
  const known = branch.below.get(ITEM)
  const item = known ?? { field: toField({ name: ITEM, type: lists > 1 ? 'array' : 'object', description: null }), below: new Map() }
  branch.below.set(ITEM, item)
  return itemBranch(item, lists - 1)
}

/** What columns tell below a field counts before what its type says. */
function grown({ field, below }: Branch): Field {
  return below.size === 0 ? field : { ...field, fields: [...below.values()].map(grown) }
}

const PATHS_MAX = 2000

/** Columns and what their types name within them, by their paths: `address`, then `address.city`. What is told of by its path already stays as it is. */
export function withNestedColumns(told: readonly KnownColumn[]): KnownColumn[] {
  const columns = withListMarks(told)
  const names = new Set(columns.map(({ name }) => name))
  let room = PATHS_MAX - columns.length
  return columns.flatMap((column) => {
    const nested = column.type !== null && /[<(]|\[\]$/.test(column.type) ? flatFields([toField(column)]).slice(1) : []
    const untold = nested.filter(({ name }) => !names.has(name))
    // Some of them would look as if the others were gone.
    if (untold.length > room) return [column]
    room -= untold.length
    return [column, ...untold.map(({ name, typeText, description }) => ({ name, type: typeText, description }))]
  })
}
