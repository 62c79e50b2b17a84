import type { CandidateColumn } from './column-score.ts'
import type { Session } from './session.ts'

/** A table, view, materialised view, partitioned or foreign table that is somebody's own. */
export interface Relation {
  oid: number
  schema: string
  name: string
  kind: string
  readable: boolean
  rows: number
  columns: CandidateColumn[]
  /** Oids of relations it is made from. */
  upstream: { oid: number; hint: 'view' | 'foreign-key' }[]
  /** Foreign keys that point here. */
  referencedBy: number
}

/** Not the system's, not an extension's, not one partition of a table that is found as a whole. */
const OWN = `
own as (
  select c.oid, n.nspname, c.relname, c.relkind, c.reltuples,
    has_schema_privilege(n.oid, 'usage') and (has_table_privilege(c.oid, 'select') or has_any_column_privilege(c.oid, 'select')) as readable
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where c.relkind in ('r', 'p', 'v', 'm', 'f') and not c.relispartition and c.relpersistence <> 't'
    and n.nspname <> 'information_schema' and n.nspname !~ '^pg_' and ($1::text[] is null or n.nspname = any ($1))
    and not exists (select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')
)`

const RELATIONS = `with ${OWN}
select oid::int8::float8 as oid, nspname::text as schema, relname::text as name, relkind::text as kind, readable,
  greatest(0, case when relkind = 'p' then
    (select coalesce(sum(greatest(k.reltuples, pg_stat_get_live_tuples(k.oid))), 0) from pg_inherits h join pg_class k on k.oid = h.inhrelid where h.inhparent = own.oid)
    else greatest(reltuples, pg_stat_get_live_tuples(oid)) end)::float8 as rows
from own order by 2, 3`

const COLUMNS = `with ${OWN}
select a.attrelid::int8::float8 as oid, a.attname::text as name, coalesce(nullif(t.typbasetype, 0), t.oid)::int as type, not a.attnotnull as nullable,
  coalesce(pg_get_expr(d.adbin, d.adrelid) ~* '(now\\(\\)|current_timestamp|clock_timestamp|current_date|localtimestamp)', false) as stamps_itself,
  exists (
    select from pg_index x join pg_class xc on xc.oid = x.indexrelid join pg_am am on am.oid = xc.relam
    where x.indrelid = a.attrelid and x.indkey[0] = a.attnum and x.indpred is null and x.indisvalid and am.amname = 'btree'
  ) as indexed
from own join pg_attribute a on a.attrelid = own.oid join pg_type t on t.oid = a.atttypid
left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
where a.attnum > 0 and not a.attisdropped and own.readable and has_column_privilege(a.attrelid, a.attnum, 'select')
order by a.attrelid, a.attnum`

const EDGES = `with ${OWN}
select distinct r.ev_class::int8::float8 as "from", d.refobjid::int8::float8 as "to", 'view' as hint
from own join pg_rewrite r on r.ev_class = own.oid
join pg_depend d on d.classid = 'pg_rewrite'::regclass and d.objid = r.oid and d.refclassid = 'pg_class'::regclass and d.refobjid <> r.ev_class
where own.relkind in ('v', 'm')
union all
select distinct c.conrelid::int8::float8, c.confrelid::int8::float8, 'foreign-key'
from own join pg_constraint c on c.conrelid = own.oid where c.contype = 'f' and c.confrelid <> c.conrelid`

interface ColumnRow {
  oid: number
  name: string
  type: number
  nullable: boolean
  stamps_itself: boolean
  indexed: boolean
}

/** Everything the system catalogue tells about the relations of the given schemas (null: all), in three queries. */
export async function readInventory(session: Session, schemas: readonly string[] | null): Promise<Relation[]> {
  const given = [schemas === null ? null : [...schemas]]
  const [relations, columns, edges] = await Promise.all([
    session.rows<Pick<Relation, 'oid' | 'schema' | 'name' | 'kind' | 'readable' | 'rows'>>(RELATIONS, given),
    session.rows<ColumnRow>(COLUMNS, given),
    session.rows<{ from: number; to: number; hint: 'view' | 'foreign-key' }>(EDGES, given),
  ])
  const found = new Map<number, Relation>(relations.map((r) => [r.oid, { ...r, columns: [], upstream: [], referencedBy: 0 }]))
  for (const { oid, stamps_itself, ...column } of columns) found.get(oid)?.columns.push({ ...column, stampsItself: stamps_itself })
  for (const { from, to, hint } of edges) {
    const target = found.get(to)
    if (target === undefined) continue
    found.get(from)?.upstream.push({ oid: to, hint })
    if (hint === 'foreign-key') target.referencedBy += 1
  }
  return [...found.values()]
}
