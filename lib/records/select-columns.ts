import { type Column, isPlainIdentifier, type WrittenColumn } from '#lib/domain/values/column-type.ts'
import { type Conversion, conversionOf, convertValue, keepValue } from '#lib/domain/values/convert-value.ts'
import { isJsonObject, type JsonObject, type JsonValue } from '#lib/domain/values/json.ts'

/** A record as a row of columns, or why it cannot be one; the reason never repeats a value. `refuseAll`: no row of this answer can be trusted. */
export type SelectedRow = { ok: true; row: JsonObject } | { ok: false; column: string; reason: string; refuseAll?: true }

/** Makes rows of the records of one answer; use a new one for each answer. */
export interface Selection {
  /** Null when the columns are whatever fields come. */
  columns: readonly Column[] | null
  row(record: unknown): SelectedRow
  /** Columns no record so far had a field for, with the path that was looked for; those with a default are not named. */
  unseen(): { column: string; from: string }[]
}

interface CompiledColumn extends Conversion {
  name: string
  from: string
  path: readonly string[]
  fallback: JsonValue | undefined
  seen: boolean
}

const MISSING = Symbol('missing')

/** Follows a dotted path into objects and, by number, into lists; fields whose own names hold dots are found as well. */
function lookUp(value: JsonValue, path: readonly string[], from = 0): JsonValue | typeof MISSING {
  const key = path[from]
  if (key === undefined) return value
  if (Array.isArray(value)) {
    const item = /^\d{1,9}$/.test(key) ? value[Number(key)] : undefined
    return item === undefined ? MISSING : lookUp(item, path, from + 1)
  }
  return isJsonObject(value) ? lookUpField(value, path, from) : MISSING
}

/** The whole rest of the path may be one name, or its first part, or its first parts together. */
function lookUpField(value: JsonObject, path: readonly string[], from: number): JsonValue | typeof MISSING {
  const whole = ownValue(value, path.slice(from).join('.'))
  if (whole !== undefined) return whole
  for (let to = from + 1; to < path.length; to += 1) {
    const child = ownValue(value, path.slice(from, to).join('.'))
    const found = child === undefined ? MISSING : lookUp(child, path, to)
    if (found !== MISSING) return found
  }
  return MISSING
}

function ownValue(value: JsonObject, name: string): JsonValue | undefined {
  return Object.hasOwn(value, name) ? value[name] : undefined
}

function compile(name: string, written: WrittenColumn, zone: string): CompiledColumn {
  const column = typeof written === 'string' ? { from: written } : written
  return {
    name,
    from: column.from,
    path: column.from.split('.'),
    ...conversionOf(written, zone),
    fallback: column.default,
    seen: false,
  }
}

/** A record's fields as columns: snake_case, plain in SQL. Two fields that would become one column are the caller's to refuse. */
export function columnNameOf(field: string): string {
  const words = field
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/([\p{Ll}\d])(\p{Lu})/gu, '$1_$2')
    .replace(/(\p{Lu})(\p{Lu}\p{Ll})/gu, '$1_$2')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '')
    .slice(0, 63)
  const name = /^\d/.test(words) ? `_${words}`.slice(0, 63) : words
  return isPlainIdentifier(name) ? name : 'field'
}

// Connectors yield parsed JSON; this is where their `unknown` gets its name back.
function asJson(record: unknown): JsonValue {
  return record as JsonValue
}

const NO_FIELDS = { ok: false, column: 'the whole row', reason: 'is not a record with fields' } as const

class NamedColumns implements Selection {
  readonly #columns: CompiledColumn[]

  constructor(select: Readonly<Record<string, WrittenColumn>>, zone: string) {
    this.#columns = Object.entries(select).map(([name, written]) => compile(name, written, zone))
  }

  get columns(): readonly Column[] {
    return this.#columns.map(({ name, type }) => ({ name, type }))
  }

  row(record: unknown): SelectedRow {
    const json = asJson(record)
    if (!isJsonObject(json)) return NO_FIELDS
    const row: JsonObject = {}
    for (const column of this.#columns) {
      const found = lookUp(json, column.path)
      if (found !== MISSING) column.seen = true
      let converted = convertValue(found === MISSING ? null : found, column)
      if (converted.ok && converted.value === null && column.fallback !== undefined) converted = convertValue(column.fallback, column)
      if (!converted.ok) return { ok: false, column: column.name, reason: converted.reason }
      row[column.name] = converted.value
    }
    return { ok: true, row }
  }

  unseen(): { column: string; from: string }[] {
    return this.#columns.filter((column) => !column.seen && column.fallback === undefined).map(({ name, from }) => ({ column: name, from }))
  }
}

/** PeopleSoft's count of the rows of an answer: it says nothing of what a row is about. */
export const ROW_NUMBER = 'attr:rownumber'

/** Every field a column, values as they come. */
class AllFields implements Selection {
  readonly columns = null
  /** Field → the column made of it, and the other way round. */
  readonly #columns = new Map<string, string>()
  readonly #fields = new Map<string, string>()

  row(record: unknown): SelectedRow {
    const json = asJson(record)
    if (!isJsonObject(json)) return NO_FIELDS
    const row: JsonObject = {}
    for (const [field, value] of Object.entries(json)) {
      if (field === ROW_NUMBER) continue
      const column = this.#columns.get(field) ?? columnNameOf(field)
      const known = this.#fields.get(column) ?? field
      if (known !== field) {
        const reason = `would be filled by two fields, "${known}" and "${field}"; name them in "select"`
        return { ok: false, column, reason, refuseAll: true }
      }
      this.#columns.set(field, column)
      this.#fields.set(column, field)
      const converted = keepValue(value)
      if (!converted.ok) return { ok: false, column, reason: converted.reason }
      row[column] = converted.value
    }
    return { ok: true, row }
  }

  unseen(): { column: string; from: string }[] {
    return []
  }
}

/** What `select` makes of the records of one answer; without it every field becomes a column. `zone` is what wall-clock times mean. */
export function compileSelect(select: Readonly<Record<string, WrittenColumn>> | undefined, zone: string): Selection {
  return select === undefined ? new AllFields() : new NamedColumns(select, zone)
}
