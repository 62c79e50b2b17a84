import { TYPE } from '#lib/connectors/postgres/read-instant.ts'
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
  const from = `from ${quoteTable(path)}${where === undefined ? '' : ` where (${where})`}`
  const newest = columns.map(({ name, question }, slot) => `${newestOf(name, from, question)} as c${slot}`)
  const names = columns.map((_, slot) => `c${slot}`)
  const isMissing = names.map((name) => `${name} is null`).join(' or ')
  return `select ${names.join(', ')}, case when ${isMissing} then exists (select ${from}) end from (select ${newest.join(', ')} offset 0) n`
}
