import { TYPE } from '#lib/connectors/postgres/read-instant.ts'
import { quoteIdentifier, quoteTable, type TablePath } from '#lib/connectors/postgres/table-path.ts'
import type { ColumnState } from './metadata.ts'

/** Texts of so many forms are no times. */
export const MOST_FORMS = 200
/** Larger tables with an index are asked for the last text in its order alone. */
const MANY_ROWS = 100_000

/** How the newest value of a column is asked for. */
export type Question =
  /** The greatest value, as the type orders them. */
  | 'greatest'
  /** Texts order as instants only among those of one form and offset: the last of each. */
  | 'last-of-each-form'
  /** The last in the order of texts, which may not be the newest. */
  | 'last-text'

/** How to ask for a column's newest value. */
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

/**
 * One statement: the newest value of each column among the rows that count, and, where one has none, whether there are such rows at
 * all (the last column; null: not asked).
 */
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
