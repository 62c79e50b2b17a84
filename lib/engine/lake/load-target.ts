import type { ClientBase } from 'pg'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { type Column, isTakenColumn } from '#lib/domain/values/column-type.ts'
import { ADVISORY_LOCKS } from '#lib/platform/postgres/advisory-locks.ts'
import type { LoadSpec } from './load-spec.ts'
import { quoted, sqlType } from './staging.ts'

interface Found {
  relkind: string
  columns: { name: string; type: string; hasDefault: boolean }[]
  uniques: string[][]
}

function refused(publicMessage: string): TidemarkError {
  return new TidemarkError('refused', { publicMessage })
}

export function quotedTable(table: string): string {
  return table.split('.').map(quoted).join('.')
}

export async function targetExists(sql: ClientBase, table: string): Promise<boolean> {
  return (await find(sql, table)) !== null
}

async function find(sql: ClientBase, table: string): Promise<Found | null> {
  const { rows } = await sql.query<Found>(
    `select c.relkind,
       coalesce((select json_agg(json_build_object('name', a.attname, 'type', format_type(a.atttypid, a.atttypmod), 'hasDefault', a.atthasdef) order by a.attnum)
         from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped), '[]') as columns,
       coalesce((select json_agg((select json_agg(a.attname) from pg_attribute a where a.attrelid = c.oid and a.attnum = any(i.indkey)))
         from pg_index i where i.indrelid = c.oid and i.indisunique and i.indisvalid and i.indpred is null and i.indexprs is null), '[]') as uniques
     from pg_class c where c.oid = to_regclass($1)`,
    [quotedTable(table)],
  )
  return rows[0] ?? null
}

async function create(sql: ClientBase, spec: LoadSpec, columns: readonly Column[]): Promise<void> {
  const schema = spec.table.split('.')[0] ?? ''
  const known = await sql.query('select 1 from pg_namespace where nspname = $1', [schema])
  if (known.rowCount === 0) await sql.query(`create schema ${quoted(schema)}`)
  const lines = columns.map((column) => `${quoted(column.name)} ${sqlType(column)}`)
  const key = spec.key.length === 0 ? [] : [`primary key (${spec.key.map(quoted).join(', ')})`]
  const own = ['loaded_at timestamp with time zone not null', 'run_id uuid not null']
  await sql.query(`create table ${quotedTable(spec.table)} (${[...lines, ...own, ...key].join(', ')})`)
}

function newColumns(found: Found, spec: LoadSpec, columns: readonly Column[]): Column[] {
  const types = new Map(found.columns.map(({ name, type }) => [name, type]))
  const clash = columns.find((column) => types.has(column.name) && types.get(column.name) !== sqlType(column))
  if (clash !== undefined) {
    const { name, type } = clash
    throw refused(
      `The column "${name}" of ${spec.table} is ${types.get(name)}, and what is loaded is ${sqlType(clash)}${type === null ? ', because "select" names no type' : ''}. ` +
        'Give it that type or another name in "select", or change the table.',
    )
  }
  return columns.filter((column) => !types.has(column.name))
}

/** Columns that this answer lacks. Where the answer alone says which columns there are, a replaced table has nothing in them any more. */
function goneColumns(found: Found, spec: LoadSpec, columns: readonly Column[]): Column[] {
  if (spec.mode !== 'replace' || spec.columns !== null) return []
  const here = new Set(columns.map((column) => column.name))
  return found.columns.flatMap(({ name, type, hasDefault }) =>
    type === 'text' && !hasDefault && !here.has(name) && !isTakenColumn(name) ? [{ name, type: null }] : [],
  )
}

async function adapt(sql: ClientBase, found: Found, spec: LoadSpec, columns: readonly Column[]): Promise<void> {
  const table = quotedTable(spec.table)
  if (found.relkind !== 'r') throw refused(`${spec.table} is not an ordinary table. Load into another one.`)
  const own = [
    { name: 'loaded_at', type: 'timestamp with time zone' },
    { name: 'run_id', type: 'uuid' },
  ].filter(({ name }) => !found.columns.some((column) => column.name === name))
  const added = [...newColumns(found, spec, columns).map((column) => ({ name: column.name, type: sqlType(column) })), ...own]
  if (added.length > 0) {
    await sql.query(`alter table ${table} ${added.map(({ name, type }) => `add column ${quoted(name)} ${type}`).join(', ')}`)
  }
  const hasKey = found.uniques.some((unique) => unique.length === spec.key.length && spec.key.every((column) => unique.includes(column)))
  if (spec.key.length > 0 && !hasKey) await sql.query(`create unique index on ${table} (${spec.key.map(quoted).join(', ')})`)
}

/** Makes what is missing of schema, table, columns and unique key; refuses a column of another type. Locks out writers, not readers,
 * until the transaction ends. Answers the columns to be emptied. */
export async function prepareTarget(sql: ClientBase, spec: LoadSpec, columns: readonly Column[]): Promise<Column[]> {
  const missing = spec.key.filter((name) => !columns.some((column) => column.name === name))
  if (missing.length > 0) throw refused(`No row for ${spec.table} has ${missing.join(', ')}, which tells rows apart. Correct "key".`)
  const found = await find(sql, spec.table)
  if (found === null) await sql.query('select pg_advisory_xact_lock($1)', [ADVISORY_LOCKS.lakeSchema])
  const now = found ?? (await find(sql, spec.table))
  if (now === null) await create(sql, spec, columns)
  else await adapt(sql, now, spec, columns)
  await sql.query(`lock table ${quotedTable(spec.table)} in share row exclusive mode`)
  return now === null ? [] : goneColumns(now, spec, columns)
}
