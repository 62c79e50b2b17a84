import { z } from 'zod'
import { TYPE } from '#lib/connectors/postgres/read-instant.ts'
import type { TextRow } from '#lib/connectors/postgres/session.ts'
import { quoteIdentifier, quoteTable, type TablePath } from '#lib/connectors/postgres/table-path.ts'
import type { ColumnState } from './metadata.ts'

/** Texts of so many forms are no times. */
export const MOST_FORMS = 200
/** Larger tables with an index are asked for the last text in its order alone. */
const MANY_ROWS = 100_000

export type Question =
  /** The greatest value, as the type orders them. */
  | 'greatest'
  /** Texts sort as instants only within one form and offset: the last of each. */
  | 'last-of-each-form'
  | 'last-text'

export function questionFor(column: ColumnState, rows: number): Question {
  if (column.type !== TYPE.text) return 'greatest'
  return column.indexed && rows > MANY_ROWS ? 'last-text' : 'last-of-each-form'
}

function newestOf(name: string, from: string, question: Question): string {
  const column = quoteIdentifier(name)
  if (question !== 'last-of-each-form') return `(select max(${column}) ${from})`
  return `(select json_agg(v)::text from (
    select max(v) as v from (select ${column}::text as v ${from}) c where v is not null
    group by translate(v, '123456789', '000000000'), substring(v from '(?:Z|[+-]\\d\\d(?::?\\d\\d)?)$') limit ${MOST_FORMS + 1}) f)`
}

/** One statement: each column's newest value among the rows that count, and, where one is null, whether such rows exist (last column;
 * null: not asked). */
export function newestStatement(
  path: TablePath,
  columns: readonly { name: string; question: Question }[],
  where: string | undefined,
): string {
  const { names, hasRows, found } = partsOf(path, columns, where)
  return `select ${names.join(', ')}, ${hasRows} from ${found}`
}

function partsOf(path: TablePath, columns: readonly { name: string; question: Question }[], where: string | undefined) {
  const from = `from ${quoteTable(path)}${where === undefined ? '' : ` where (${where})`}`
  const newest = columns.map(({ name, question }, slot) => `${newestOf(name, from, question)} as c${slot}`)
  const names = columns.map((_, slot) => `c${slot}`)
  const isMissing = names.map((name) => `${name} is null`).join(' or ')
  return { names, hasRows: `case when ${isMissing} then exists (select ${from}) end`, found: `(select ${newest.join(', ')} offset 0) n` }
}

/** What one table answered. */
export interface Newest {
  row: TextRow
  /** There are rows that count; null: not asked, because every column has a value. */
  hasRows: boolean | null
}

interface Folded {
  probed: { path: TablePath; columns: readonly { name: string }[] }
  columns: readonly ColumnState[]
  questions: readonly Question[]
}

/** The same of many tables in one statement, a list each: planning grows with their number alone, as nothing is joined. */
export function foldedStatement(tables: readonly Folded[]): string {
  const lists = tables.map(({ probed, questions }, at) => {
    const asked = probed.columns.map(({ name }, slot) => ({ name, question: questions[slot] ?? 'greatest' }))
    const { names, hasRows, found } = partsOf(probed.path, asked, undefined)
    const values = [...names.map((name) => `${name}::text`), hasRows]
    return `(select json_build_array(${values.join(', ')})::text from ${found}) as t${at}`
  })
  return `select ${lists.join(',\n')}`
}

const listSchema = z.tuple([z.string().nullable()], z.union([z.string(), z.boolean()]).nullable())

/** The answers to `foldedStatement`, in its order. */
export function readFolded(row: TextRow, tables: readonly Folded[]): Newest[] {
  return tables.map(({ columns }, at) => {
    const list = listSchema.parse(JSON.parse(row.values[at] ?? '[null]'))
    const values = list.slice(0, columns.length).map((value) => (typeof value === 'string' ? value : null))
    const hasRows = list[columns.length]
    return { row: { values, types: columns.map(({ type }) => type) }, hasRows: typeof hasRows === 'boolean' ? hasRows : null }
  })
}

/** The answer to `newestStatement`. */
export function readNewest(row: TextRow, columns: number): Newest {
  const hasRows = row.values[columns]
  return { row, hasRows: hasRows == null ? null : hasRows === 't' }
}
