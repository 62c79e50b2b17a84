import type { ClientBase } from 'pg'
import { LAKE } from '#lib/catalogue/schema/declared-flow.ts'
import { connectionOf, pathOf } from '#lib/domain/lineage/asset-key.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { quoteTable } from '#lib/engine/lake/copy-in.ts'
import { ADVISORY_LOCKS } from '#lib/platform/postgres/advisory-locks.ts'

const TYPES = {
  uuid: 'uuid',
  upload_date: 'timestamp with time zone',
  source: 'text',
  bucket: 'text',
  key: 'text',
  version: 'text',
  line: 'bigint',
  document: 'jsonb',
  loaded_at: 'timestamp with time zone',
  run_id: 'uuid',
} as const

/** In place of a file, beside the marks of those that a table holds: when the table was made. */
export const MADE_MARK = '00000000-0000-0000-0000-000000000000'

/** The columns of a landing table, in the order in which rows are written. */
export const LANDING_COLUMNS: readonly string[] = Object.keys(TYPES)

/** What a table is called in the marks of its files: `schema.table` of the lake, else `<connection>/<table>`. */
export function markedTable(into: string): string {
  return connectionOf(into) === LAKE ? pathOf(into) : into
}

/** Makes a landing table and its schema where they are missing; refuses one that lacks a column or has it of another type. Needs a transaction. */
export async function prepareLandingTable(sql: ClientBase, table: string, at: Instant): Promise<void> {
  const found = await columnsOf(sql, table)
  if (found !== null) return refuseOther(table, found)
  await sql.query('select pg_advisory_xact_lock($1)', [ADVISORY_LOCKS.lakeSchema])
  const now = await columnsOf(sql, table)
  if (now !== null) return refuseOther(table, now)
  const schema = table.split('.')[0] ?? ''
  const known = await sql.query('select 1 from pg_namespace where nspname = $1', [schema])
  if (known.rowCount === 0) await sql.query(`create schema ${quoteTable(schema)}`)
  const columns = Object.entries(TYPES).map(([name, type]) => `${name} ${type} not null`)
  await sql.query(`create table ${quoteTable(table)} (${columns.join(', ')})`)
  // All rows of a file have one: who reads on picks a file by it, or what came since.
  await sql.query(`create index on ${quoteTable(table)} (upload_date)`)
  // What stood in a table of this name went with it.
  await sql.query('delete from tidemark.landed_file where landing_table = $1', [table])
  await sql.query(
    `insert into tidemark.landed_file (landing_table, file, source, bucket, key, version, run, landed_at) values ($1, $2, '', '', '', '', $2, $3)`,
    [table, MADE_MARK, new Date(at)],
  )
}

async function columnsOf(sql: ClientBase, table: string): Promise<Map<string, string> | null> {
  const { rows } = await sql.query<{ relkind: string; columns: { name: string; type: string }[] }>(
    `select c.relkind,
       coalesce((select json_agg(json_build_object('name', a.attname, 'type', format_type(a.atttypid, a.atttypmod)))
         from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped), '[]') as columns
     from pg_class c where c.oid = to_regclass($1)`,
    [quoteTable(table)],
  )
  const [row] = rows
  if (row === undefined) return null
  if (row.relkind !== 'r' && row.relkind !== 'p') throw refused(`${table} is not a table. Land in another one.`)
  return new Map(row.columns.map(({ name, type }) => [name, type]))
}

function refuseOther(table: string, found: ReadonlyMap<string, string>): void {
  const wrong = Object.entries(TYPES).find(([name, type]) => found.get(name) !== type)
  if (wrong === undefined) return
  const [name, type] = wrong
  const has = found.get(name)
  throw refused(
    `${table} ${has === undefined ? `has no column "${name}"` : `has a column "${name}" of type ${has}`}; a landing table has it as ${type}. Land in another table, or change it.`,
  )
}

function refused(publicMessage: string): TidemarkError {
  return new TidemarkError('refused', { publicMessage })
}
