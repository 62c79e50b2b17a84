import type { Sql } from '#lib/db/context.ts'
import { toText } from '#lib/db/instants.ts'
import type { CauseHistory, DatedAsset } from '#lib/domain/lineage/causes/cause-history.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { unhealthy } from './cause-graph.ts'
import { listSql, ms } from './result-sql.ts'
import { loadWorkHistory } from './work-history.ts'

/** SQL: whether a row's stretch meets that from `$1` to `$2`. */
const meets = (row: string) => `${row}.from_at <= $2 and (${row}.to_at is null or ${row}.to_at > $1)`
const BEGUN = `coalesce((select max(b.from_at) from subject_version b where b.subject_id = s.id and b.from_at <= $1), '-infinity')`
const writer = (kind: 'flow' | 'job') => `case when v.settings ? '${kind}' then v.settings ->> '${kind}' else a.${kind} end as ${kind}`

/** What was not fresh all the time, nor announced work. */
const assets = (spans: string) => `
  with wrong as (${unhealthy(true)})
  select s.id, a.connection_key as connection, ${ms('s.created_at')} as "from", ${ms('s.removed_at')} as "to", w.since as "wrongSince",
    ${listSql(
      `select p.status, coalesce(p.reason = 'blocked', false) as "isBlocked", ${ms('p.from_at')} as "from", ${ms('p.to_at')} as "to"
       from status_span p where p.subject_id = s.id and ${spans} and ${meets('p')}`,
      'x."from"',
    )} as spans,
    ${listSql(
      `select ${ms('v.from_at')} as "from", ${writer('flow')}, ${writer('job')} from subject_version v
       where v.subject_id = s.id and v.from_at >= ${BEGUN} and v.from_at <= $2 union all
       select 0, a.flow, a.job where not exists (select from subject_version v where v.subject_id = s.id and v.from_at <= $2)`,
      'x."from"',
    )} as writers
  from asset a join subject s on s.id = a.subject_id and s.created_at <= $2 and (s.removed_at is null or s.removed_at > $1) left join wrong w on w.id = s.id
  where not exists (
    select from status_span h where h.subject_id = s.id and h.status in ('fresh', 'maintenance') and h.from_at <= $1 and (h.to_at is null or h.to_at > $2))`

const EDGES = `
  select e.upstream_id as "upstreamId", e.downstream_id as "downstreamId", ${ms('e.from_at')} as "from", ${ms('e.to_at')} as "to"
  from lineage_stretch e where ${meets('e')}`
const EDGES_NOW = `select e.upstream_id as "upstreamId", e.downstream_id as "downstreamId", 0 as "from", null as "to" from lineage_now e`
const EDGES_STAY = 'select from lineage_edge e where e.from_at > $1 or e.to_at > $1 limit 1'

const CONNECTIONS = `
  select b.connection_key as key, ${ms('b.from_at')} as since, ${ms('b.from_at')} as "from", ${ms('least(b.to_at, c.removed_at)')} as "to"
  from blind b join connection_state c on c.key = b.connection_key
  where b.reason = 'source-unreachable' and ${meets('b')} and (c.removed_at is null or c.removed_at > $1)`

/** What nobody has ever seen has no status here, since that opens no incident. */
const SEEN_ONCE = "p.reason <> 'never-observed'"

/** All that the incidents of a stretch follow from, as it is known now. */
export function loadCauseHistory(sql: Sql, from: Instant, through: Instant): Promise<CauseHistory> {
  return loadHistory(sql, from, through, SEEN_ONCE)
}

/** All that the causes of a stretch follow from, as it is known now and as far as who asks sees it: with what nobody has ever seen. */
export function loadSeenHistory(sql: Sql, from: Instant, through: Instant): Promise<CauseHistory> {
  return loadHistory(sql, from, through, 'true')
}

async function loadHistory(sql: Sql, from: Instant, through: Instant, spans: string): Promise<CauseHistory> {
  const stretch = [toText(from), toText(through)]
  const found = await sql.query<DatedAsset>(assets(spans), stretch)
  const changed = await sql.query(EDGES_STAY, stretch.slice(0, 1))
  const edges = changed.rowCount === 0 ? await sql.query(EDGES_NOW) : await sql.query(EDGES, stretch)
  const connections = await sql.query(CONNECTIONS, stretch)
  return { assets: found.rows, edges: edges.rows, connections: connections.rows, work: await loadWorkHistory(sql, from, through) }
}
