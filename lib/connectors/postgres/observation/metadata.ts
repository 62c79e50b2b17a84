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

/** One row per relation in one statement; takes no lock on any of them. */
const METADATA = `
with recursive want as (
  select * from unnest($1::text[], $2::text[]) with ordinality as w(schema, name, i)
), found as (
  select w.i, c.oid, c.relkind, c.reltuples, c.relrowsecurity and row_security_active(c.oid) as row_security,
    has_schema_privilege(n.oid, 'usage') and has_table_privilege(c.oid, 'select') as whole_readable,
    has_schema_privilege(n.oid, 'usage') and (has_table_privilege(c.oid, 'select') or has_any_column_privilege(c.oid, 'select')) as readable
  from want w join pg_namespace n on n.nspname = w.schema join pg_class c on c.relnamespace = n.oid and c.relname = w.name
), family as (
  select i, oid from found
  union all
  select f.i, h.inhrelid from family f join pg_inherits h on h.inhparent = f.oid
), counted as (
  select f.i, sum(c.relfilenode::int8)::float8 as file_node,
    sum(pg_stat_get_tuples_inserted(f.oid))::float8 as inserted, sum(pg_stat_get_tuples_updated(f.oid))::float8 as updated,
    sum(pg_stat_get_tuples_deleted(f.oid))::float8 as deleted, sum(pg_stat_get_live_tuples(f.oid))::float8 as live_rows,
    sum(greatest(c.reltuples, 0))::float8 as estimated_rows, count(*) > 1 as has_children,
    bool_and(c.relkind = 'p' or (c.relkind in ('r', 'm') and c.relam in (0, ${HEAP}))) as is_heap
  from family f join pg_class c on c.oid = f.oid group by f.i
), server as (
  select pg_postmaster_start_time()::text as started_at, current_setting('transaction_read_only') = 'on' as read_only,
    not pg_is_in_recovery() and current_setting('track_counts')::bool as counters_count,
    (extract(epoch from clock_timestamp()) * 1000)::float8 as clock
)
select s.*, found.i::int, found.oid::int8::float8 as relid, found.relkind::text as kind, found.readable, found.whole_readable,
  found.row_security, counted.has_children, counted.is_heap, counted.file_node, counted.inserted, counted.updated, counted.deleted, counted.live_rows, counted.estimated_rows
from server s left join (found join counted using (i)) on true`

interface MetadataRow {
  started_at: string
  read_only: boolean
  counters_count: boolean
  clock: number
  i: number | null
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
}

function toTableState(row: MetadataRow): TableState {
  return {
    relid: row.relid,
    kind: row.kind,
    readable: row.readable,
    wholeReadable: row.whole_readable,
    rowSecurity: row.row_security,
    isHeap: row.is_heap,
    hasChildren: row.has_children,
    fileNode: row.file_node,
    inserted: row.inserted,
    updated: row.updated,
    deleted: row.deleted,
    liveRows: row.live_rows,
    estimatedRows: row.estimated_rows,
  }
}

export async function readMetadata(session: Session, paths: readonly TablePath[]): Promise<Metadata> {
  const rows = await session.rows<MetadataRow>(METADATA, [paths.map((p) => p.schema), paths.map((p) => p.name)])
  const tables: (TableState | null)[] = paths.map(() => null)
  for (const row of rows) if (row.i !== null) tables[row.i - 1] = toTableState(row)
  const first = rows[0]
  return {
    server: {
      startedAt: first?.started_at ?? '',
      countersCount: first?.counters_count ?? false,
      readOnly: first?.read_only ?? false,
      clock: first?.clock ?? 0,
    },
    tables,
  }
}

export interface ColumnState {
  exists: boolean
  readable: boolean
  /** Behind all domains; texts of every kind count as text. */
  type: number
  /** A valid, full index leads with it: its newest value costs one step. */
  indexed: boolean
}

const COLUMNS = `
select w.i::int, a.attnum is not null as exists, coalesce(has_column_privilege(w.relid, a.attnum, 'select'), false) as readable,
  case when t.category = 'S' then ${TYPE.text} else coalesce(t.oid, 0) end::int as type,
  exists (
    select from pg_index x join pg_class xc on xc.oid = x.indexrelid join pg_am am on am.oid = xc.relam
    where x.indrelid = w.relid and x.indkey[0] = a.attnum and x.indpred is null and x.indisvalid and am.amname = 'btree'
  ) as indexed
from unnest($1::int8[], $2::text[]) with ordinality as w0(relid, name, i)
cross join lateral (select w0.relid::oid as relid, w0.name, w0.i) w
left join pg_attribute a on a.attrelid = w.relid and a.attname = w.name and a.attnum > 0 and not a.attisdropped
left join lateral (
  with recursive base(oid, next, category) as (
    select oid, typbasetype, typcategory from pg_type where oid = a.atttypid
    union all select u.oid, u.typbasetype, u.typcategory from base b join pg_type u on u.oid = b.next
  ) select oid::int8, category from base where next = 0
) t on true`

export async function readColumns(session: Session, columns: readonly { relid: number; name: string }[]): Promise<ColumnState[]> {
  if (columns.length === 0) return []
  const rows = await session.rows<ColumnState & { i: number }>(COLUMNS, [columns.map((c) => c.relid), columns.map((c) => c.name)])
  const states: ColumnState[] = columns.map(() => ({ exists: false, readable: false, type: 0, indexed: false }))
  for (const { i, exists, readable, type, indexed } of rows) states[i - 1] = { exists, readable, type, indexed }
  return states
}
