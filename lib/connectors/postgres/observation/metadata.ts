import { TYPE } from '#lib/connectors/postgres/read-instant.ts'
import type { Session } from '#lib/connectors/postgres/session.ts'
import type { TablePath } from '#lib/connectors/postgres/table-path.ts'

export interface ServerState {
  /** Changes with every restart: counters from before may be gone. */
  startedAt: string
  /** Counters only count where rows are written by sessions: not on a standby, not with track_counts off. */
  countersCount: boolean
  readOnly: boolean
  clock: number
}

export interface TableState {
  relid: number
  kind: string
  readable: boolean
  wholeReadable: boolean
  rowSecurity: boolean
  /** It and all its partitions are stored as PostgreSQL's own heap: each row knows the transaction that wrote it. */
  isHeap: boolean
  hasChildren: boolean
  /** Sum over the relation and its partitions; changes with TRUNCATE, VACUUM FULL and swaps. */
  fileNode: number
  inserted: number
  updated: number
  deleted: number
  liveRows: number
  estimatedRows: number
}

export interface Metadata {
  server: ServerState
  /** In the order asked for; null where there is no such relation. */
  tables: (TableState | null)[]
}

/** The fixed object id of PostgreSQL's own way of storing rows; before version 12 there was no other. */
const HEAP = 2

/** SQL: what is counted of each relation of its own; of one with partitions or children these are summed over all of them. */
const COUNTED = {
  file_node: 'c.relfilenode::int8::float8',
  inserted: 'pg_stat_get_tuples_inserted(c.oid)::float8',
  updated: 'pg_stat_get_tuples_updated(c.oid)::float8',
  deleted: 'pg_stat_get_tuples_deleted(c.oid)::float8',
  live_rows: 'pg_stat_get_live_tuples(c.oid)::float8',
  estimated_rows: 'greatest(c.reltuples, 0)::float8',
}
const IS_HEAP = `(c.relkind = 'p' or (c.relkind in ('r', 'm') and c.relam in (0, ${HEAP})))`
const counted = (toSql: (counted: string) => string) =>
  Object.entries(COUNTED)
    .map(([name, sql]) => `${toSql(sql)} as ${name}`)
    .join(', ')

/** SQL: rows of `told` in one row of whole columns, which costs both sides a fraction of what a row each does. */
const inColumns = (names: readonly string[]) => `select ${names.map((name) => `json_agg(${name}) as ${name}`).join(', ')} from told`

const TOLD = ['i', 'relid', 'kind', 'readable', 'whole_readable', 'row_security', 'has_children', 'is_heap', ...Object.keys(COUNTED)]

/** All relations in one statement; takes no lock on any of them. */
const METADATA = `
with recursive want as (
  select w.i::int, w.name, n.oid as namespace, n.may_enter
  from unnest($1::text[], $2::text[]) with ordinality as w(schema, name, i)
  join (select oid, nspname, has_schema_privilege(oid, 'usage') as may_enter from pg_namespace offset 0) n on n.nspname = w.schema
), found as (
  select w.i, w.may_enter, c.oid, c.relkind, c.relam, c.relfilenode, c.reltuples, c.relhassubclass,
    c.relrowsecurity and row_security_active(c.oid) as row_security, has_table_privilege(c.oid, 'select') as may_select
  from want w join pg_class c on c.relnamespace = w.namespace and c.relname = w.name
), family as (
  select i, oid from found where relhassubclass
  union all
  select f.i, h.inhrelid from family f join pg_inherits h on h.inhparent = f.oid
), counted as (
  select c.i, ${counted((one) => one)}, false as has_children, ${IS_HEAP} as is_heap from found c where not c.relhassubclass
  union all
  select f.i, ${counted((one) => `sum(${one})`)}, count(*) > 1, bool_and(${IS_HEAP}) from family f join pg_class c on c.oid = f.oid group by f.i
), told as (
  select found.oid::int8 as relid, found.relkind::text as kind, found.may_enter and found.may_select as whole_readable,
    found.may_enter and (found.may_select or has_any_column_privilege(found.oid, 'select')) as readable, found.row_security, counted.*
  from found join counted using (i)
), server as (
  select pg_postmaster_start_time()::text as started_at, current_setting('transaction_read_only') = 'on' as read_only,
    not pg_is_in_recovery() and current_setting('track_counts')::bool as counters_count,
    (extract(epoch from clock_timestamp()) * 1000)::float8 as clock
)
select * from server, (${inColumns(TOLD)}) as told`

type Columns<T> = { [name in keyof T]: T[name][] | null }

interface ServerRow {
  started_at: string
  read_only: boolean
  counters_count: boolean
  clock: number
}

type ToldTables = Columns<{
  i: number
  relid: number
  kind: string
  readable: boolean
  whole_readable: boolean
  row_security: boolean
  has_children: boolean
  is_heap: boolean
  file_node: number
  inserted: number
  updated: number
  deleted: number
  live_rows: number
  estimated_rows: number
}>

function valueAt<T>(column: readonly T[] | null, row: number): T {
  const value = column?.[row]
  if (value === undefined) throw new Error('an answer about many tables has columns of several lengths')
  return value
}

function toTableState(told: ToldTables, row: number): TableState {
  return {
    relid: valueAt(told.relid, row),
    kind: valueAt(told.kind, row),
    readable: valueAt(told.readable, row),
    wholeReadable: valueAt(told.whole_readable, row),
    rowSecurity: valueAt(told.row_security, row),
    isHeap: valueAt(told.is_heap, row),
    hasChildren: valueAt(told.has_children, row),
    fileNode: valueAt(told.file_node, row),
    inserted: valueAt(told.inserted, row),
    updated: valueAt(told.updated, row),
    deleted: valueAt(told.deleted, row),
    liveRows: valueAt(told.live_rows, row),
    estimatedRows: valueAt(told.estimated_rows, row),
  }
}

export async function readMetadata(session: Session, paths: readonly TablePath[]): Promise<Metadata> {
  const [told] = await session.rows<ServerRow & ToldTables>(METADATA, [paths.map((p) => p.schema), paths.map((p) => p.name)])
  const tables: (TableState | null)[] = paths.map(() => null)
  for (const [row, i] of told?.i?.entries() ?? []) if (told !== undefined) tables[i - 1] = toTableState(told, row)
  return {
    server: {
      startedAt: told?.started_at ?? '',
      countersCount: told?.counters_count ?? false,
      readOnly: told?.read_only ?? false,
      clock: told?.clock ?? 0,
    },
    tables,
  }
}

export interface ColumnState {
  exists: boolean
  readable: boolean
  /** Behind all domains; texts of every kind count as text. */
  type: number
  /** A valid, full index leads with it: its newest value costs one step. Found out only where it is to be read. */
  indexed: boolean
}

/** A column that is asked about. */
export interface ColumnQuestion {
  name: string
  table: TableState
  isToBeRead: boolean
}

const COLUMNS = `
with told as (
  select w.i::int, a.attnum is not null as exists, a.attnum is not null and (w.whole or coalesce(has_column_privilege(w.relid, a.attnum, 'select'), false)) as readable,
    case when t.category = 'S' then ${TYPE.text} else coalesce(t.oid, 0) end::int as type,
    w.is_to_be_read and exists (
      select from pg_index x join pg_class xc on xc.oid = x.indexrelid join pg_am am on am.oid = xc.relam
      where x.indrelid = w.relid and x.indkey[0] = a.attnum and x.indpred is null and x.indisvalid and am.amname = 'btree'
    ) as indexed
  from unnest($1::int8[], $2::text[], $3::bool[], $4::bool[]) with ordinality as w0(relid, name, whole, is_to_be_read, i)
  cross join lateral (select w0.relid::oid as relid, w0.name, w0.whole, w0.is_to_be_read, w0.i) w
  left join pg_attribute a on a.attrelid = w.relid and a.attname = w.name and a.attnum > 0 and not a.attisdropped
  left join lateral (
    with recursive base(oid, next, category) as (
      select oid, typbasetype, typcategory from pg_type where oid = a.atttypid
      union all select u.oid, u.typbasetype, u.typcategory from base b join pg_type u on u.oid = b.next
    ) select oid::int8, category from base where next = 0
  ) t on true
)
${inColumns(['i', 'exists', 'readable', 'type', 'indexed'])}`

/** How columns can be read, in the order asked for. */
export async function readColumns(session: Session, columns: readonly ColumnQuestion[]): Promise<ColumnState[]> {
  if (columns.length === 0) return []
  const [told] = await session.rows<Columns<ColumnState & { i: number }>>(COLUMNS, [
    columns.map(({ table }) => table.relid),
    columns.map(({ name }) => name),
    columns.map(({ table }) => table.wholeReadable),
    columns.map(({ isToBeRead }) => isToBeRead),
  ])
  const states: ColumnState[] = columns.map(() => ({ exists: false, readable: false, type: 0, indexed: false }))
  for (const [row, i] of told?.i?.entries() ?? [])
    states[i - 1] = {
      exists: valueAt(told?.exists ?? null, row),
      readable: valueAt(told?.readable ?? null, row),
      type: valueAt(told?.type ?? null, row),
      indexed: valueAt(told?.indexed ?? null, row),
    }
  return states
}
