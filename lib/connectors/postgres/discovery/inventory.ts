import type { Session } from '#lib/connectors/postgres/session.ts'
import type { CandidateColumn } from './column-score.ts'

/** A column as the server shows it to people, too. */
interface InventoryColumn extends CandidateColumn {
  shownType: string
  comment: string | null
}

export interface Relation {
  oid: number
  schema: string
  name: string
  kind: string
  readable: boolean
  /** Without USAGE on its schema no right to a table counts. */
  usable: boolean
  /** Every column may be read, the system's own as well. */
  whole: boolean
  rowSecurity: boolean
  rows: number
  /** Its size in blocks, as the server last noted it, or at least what its rows must take. */
  blocks: number
  columns: InventoryColumn[]
  comment: string | null
  upstream: { oid: number; hint: 'view' | 'foreign-key' }[]
  referencedBy: number
}

/** SQL about a namespace `n`: not the system's, and not the views by which Tidemark's own database is read. */
export const OF_PEOPLE = "n.nspname not in ('information_schema', 'tidemark_audience') and n.nspname !~ '^pg_'"

const OWN = `
own as (
  select c.oid, n.nspname, c.relname, c.relkind, c.reltuples, c.relpages, c.relrowsecurity and row_security_active(c.oid) as row_security,
    has_schema_privilege(n.oid, 'usage') as usable, has_table_privilege(c.oid, 'select') as whole,
    has_schema_privilege(n.oid, 'usage') and (has_table_privilege(c.oid, 'select') or has_any_column_privilege(c.oid, 'select')) as readable
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where c.relkind in ('r', 'p', 'v', 'm', 'f') and not c.relispartition and c.relpersistence <> 't'
    and ${OF_PEOPLE} and ($1::text[] is null or n.nspname = any ($1))
    and not exists (select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')
)`

const RELATIONS = `with ${OWN}
select oid::int8::float8 as oid, nspname::text as schema, relname::text as name, relkind::text as kind, readable, usable, whole, row_security as "rowSecurity",
  obj_description(oid, 'pg_class') as comment,
  greatest(0, size.rows)::float8 as rows, greatest(0, size.blocks)::float8 as blocks
from own cross join lateral (
  select sum(greatest(k.reltuples, pg_stat_get_live_tuples(k.oid))) as rows, sum(greatest(k.relpages, pg_stat_get_live_tuples(k.oid) / 100)) as blocks
  from (
    select own.oid, own.reltuples, own.relpages where own.relkind <> 'p'
    union all
    (with recursive family as (
      select inhrelid from pg_inherits where inhparent = own.oid and own.relkind = 'p'
      union all
      select h.inhrelid from family f join pg_inherits h on h.inhparent = f.inhrelid
    ) select t.oid, t.reltuples, t.relpages from family join pg_class t on t.oid = family.inhrelid)
  ) k
) size order by 2, 3`

/** Columns with the type below all their domains. Defaults are read as stored (functions by number): pg_get_expr would wait for a
 * table's lock. */
const COLUMNS = `with recursive ${OWN}, base(id, type) as (
  select oid, oid from pg_type where typtype <> 'd'
  union all
  select t.oid, base.type from base join pg_type t on t.typtype = 'd' and t.typbasetype = base.id
)
select a.attrelid::int8::float8 as oid, a.attname::text as name, base.type::int8::float8 as type, not a.attnotnull as nullable,
  coalesce(d.adbin::text ~ '(:funcid (1299|2647|2648|2649) |SQLVALUEFUNCTION :op [0-8] )', false) as stamps_itself,
  exists (
    select from pg_index x join pg_class xc on xc.oid = x.indexrelid join pg_am am on am.oid = xc.relam
    where x.indrelid = a.attrelid and x.indkey[0] = a.attnum and x.indpred is null and x.indisvalid and am.amname = 'btree'
  ) as indexed,
  format_type(a.atttypid, a.atttypmod) as "shownType", col_description(a.attrelid, a.attnum) as comment
from own join pg_attribute a on a.attrelid = own.oid join base on base.id = a.atttypid
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
  shownType: string
  comment: string | null
}

export function rowsBelow(relation: Relation, byOid: ReadonlyMap<number, Relation>): number {
  const seen = new Set<number>()
  const waiting = [relation]
  let rows = 0
  for (let one = waiting.pop(); one !== undefined; one = waiting.pop()) {
    for (const { oid, hint } of one.upstream) {
      const below = byOid.get(oid)
      if (hint !== 'view' || below === undefined || seen.has(oid)) continue
      seen.add(oid)
      if (below.kind === 'v') waiting.push(below)
      else rows += below.rows
    }
  }
  return rows
}

/** The server's version as a number (18.4 is 180004), and where it stands: its log is written in that zone, whatever sessions ask for. */
export async function readServer(session: Session): Promise<{ version: number; zone: string }> {
  const [row] = await session.rows<{ version: number; zone: string }>(
    `select current_setting('server_version_num')::int as version, current_setting('log_timezone') as zone`,
  )
  return row ?? { version: 0, zone: 'UTC' }
}

export async function readInventory(session: Session, schemas: readonly string[] | null): Promise<Relation[]> {
  const given = [schemas === null ? null : [...schemas]]
  const [relations, columns, edges] = await Promise.all([
    session.rows<Omit<Relation, 'columns' | 'upstream' | 'referencedBy'>>(RELATIONS, given),
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
