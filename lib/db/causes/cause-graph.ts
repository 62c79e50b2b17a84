import type { Sql } from '#lib/db/context.ts'
import { toText } from '#lib/db/instants.ts'
import type { Status } from '#lib/domain/freshness/status.ts'
import type { CauseAsset, CauseGraph, DownConnection, FailingWork } from '#lib/domain/lineage/causes/cause.ts'
import { heldUpFlows } from '#lib/domain/lineage/causes/held-up-flows.ts'
import type { Edge } from '#lib/domain/lineage/edge.ts'
import { partsOfJob } from '#lib/domain/runs/external-run.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { FLOWS_SQL, type FlowSettings, spokenTo, toFailingWork, WORK_SQL, type WorkRow } from './failing-work.ts'
import { listSql, ms } from './result-sql.ts'

/** What is asked about: how it stands now, or stood then as far as that is known now. */
export interface CauseMoment {
  at: Instant
  isPast: boolean
  /** What is fresh is read, too: it may be at risk. */
  withRisk: boolean
}

const UNHEALTHY = `('stale', 'late', 'unknown')`

/** SQL: whether a stretch holds the instant `$1`; of what is now, whether it is open. */
const holds = (row: string, isPast: boolean) =>
  isPast ? `${row}.from_at <= $1 and (${row}.to_at is null or ${row}.to_at > $1)` : `${row}.to_at is null`
const isThere = (isPast: boolean) =>
  isPast ? 's.created_at <= $1 and (s.removed_at is null or s.removed_at > $1)' : 's.removed_at is null'

/** What is not fresh, and since when without a break, whatever it was called meanwhile. */
export const unhealthy = (isPast: boolean) => `
  with recursive held as (
    select sp.subject_id, coalesce(sp.since_at, sp.from_at) as since from status_span sp
    join subject s on s.id = sp.subject_id and s.kind = 'asset' and ${isThere(isPast)}
    where ${holds('sp', isPast)} and sp.status in ${UNHEALTHY}
  ),
  back(subject_id, since) as (
    select * from held
    union all
    select b.subject_id, coalesce(p.since_at, p.from_at) from back b
    cross join lateral (select * from status_span x where x.subject_id = b.subject_id and x.from_at < b.since order by x.from_at desc limit 1) p
    where p.to_at = b.since and p.status in ${UNHEALTHY}
  )
  select subject_id as id, ${ms('min(since)')} as since from back group by 1`

const down = (isPast: boolean) => `
  select b.connection_key as key, ${ms('min(b.from_at)')} as since from blind b
  join connection_state c on c.key = b.connection_key and (c.removed_at is null ${isPast ? 'or c.removed_at > $1' : ''})
  where b.reason = 'source-unreachable' and ${holds('b', isPast)} group by 1`

/** What wrote an asset then, where that was kept. */
const THEN = `
  left join lateral (
    select coalesce(v.settings, '{}') as settings from subject_version v where v.subject_id = s.id and v.from_at <= $1 order by v.from_at desc limit 1
  ) version on true`
const writer = (kind: 'flow' | 'job', isPast: boolean) =>
  isPast ? `case when version.settings ? '${kind}' then version.settings ->> '${kind}' else a.${kind} end` : `a.${kind}`

const mayExplain = (status: string) => `(${status} is null or ${status} in ${UNHEALTHY})`

/** Limits of the past are not kept: what was at risk then nobody can tell. */
const assets = (isPast: boolean, withRisk: boolean) => `
  select s.id, sp.status, case when sp.status in ${UNHEALTHY} then ${ms('coalesce(sp.since_at, sp.from_at)')} end as since, coalesce(sp.reason = 'blocked', false) as "isBlocked", a.connection_key as connection, ${writer('flow', isPast)} as flow, ${writer('job', isPast)} as job,
    ${isPast ? 'null::float8' : `case when sp.status = 'fresh' then (a.verdict ->> 'lateAt')::float8 end`} as "lateAt",
    ${isPast ? 'false' : `coalesce(sp.status = 'fresh' and s.id in (select subject_id from subject_version where settings -> 'policies' @> '[{"kind": "upstream"}]'), false)`} as "isFollower"
  from asset a join subject s on s.id = a.subject_id and ${isThere(isPast)}
  left join status_span sp on sp.subject_id = s.id and ${holds('sp', isPast)} ${isPast ? THEN : ''}
  ${withRisk ? '' : `where ${mayExplain('sp.status')}`}`

const edges = (isPast: boolean, withRisk: boolean) => `
  select e.upstream_id as "upstreamId", e.downstream_id as "downstreamId"
  from ${isPast ? 'lineage_stretch' : 'lineage_now'} e
  ${withRisk ? '' : ['upstream', 'downstream'].map((end) => `left join status_span ${end} on ${end}.subject_id = e.${end}_id and ${holds(end, isPast)}`).join(' ')}
  where ${isPast ? holds('e', true) : 'true'} ${withRisk ? '' : `and ${mayExplain('upstream.status')} and ${mayExplain('downstream.status')}`}`

/** What may be wrong, in one row. */
const trouble = (isPast: boolean) => `
  select ${listSql(unhealthy(isPast))} as wrong, ${listSql(down(isPast), 'x.key')} as connections, work.* from (${WORK_SQL}) work`

interface TroubleRow extends WorkRow {
  wrong: { id: number; since: Instant }[]
  connections: DownConnection[]
}

const NO_TROUBLE: TroubleRow = { wrong: [], connections: [], flows: [], jobs: [], written: [] }

/** Among what its causes are found, in one row. */
const amongWhat = (isPast: boolean, withRisk: boolean) =>
  `select ${listSql(assets(isPast, withRisk))} as assets, ${listSql(edges(isPast, withRisk))} as edges, ${withRisk ? listSql(FLOWS_SQL) : "'[]'::json"} as flows`

interface AssetRow {
  id: number
  status: Status | null
  since: Instant | null
  isBlocked: boolean
  connection: string
  flow: string | null
  job: string | null
  lateAt: Instant | null
  isFollower: boolean
}

interface AmongRow {
  assets: AssetRow[]
  edges: Edge[]
  flows: FlowSettings[]
}

const NOTHING_WRONG: CauseGraph = { assets: [], edges: [], connections: [], work: [] }

/** All that causes at an instant are found in, as far as who asks sees it: a function of spans, edges, blindness and runs. Where nothing is wrong it is empty. */
export async function loadCauseGraph(sql: Sql, { at, isPast, withRisk }: CauseMoment): Promise<CauseGraph> {
  const { rows } = await sql.query<TroubleRow>(trouble(isPast), [toText(at)])
  const { wrong, connections, ...told } = rows[0] ?? NO_TROUBLE
  const work = toFailingWork(told, at)
  if (wrong.length + connections.length + work.length === 0) return NOTHING_WRONG
  const since = new Map(wrong.map((one) => [one.id, one.since]))
  const among = await sql.query<AmongRow>(amongWhat(isPast, withRisk), isPast ? [toText(at)] : [])
  const { assets, edges, flows } = among.rows[0] ?? { assets: [], edges: [], flows: [] }
  const isLoadedAnyway = loadedAnyway(flows, connections, work)
  return {
    // What turned since the first statement was read is wrong since then, too.
    assets: assets.map((asset): CauseAsset => {
      return { ...asset, since: since.get(asset.id) ?? asset.since, isLoadedAnyway: withRisk && isLoadedAnyway(asset) }
    }),
    edges,
    connections,
    work,
  }
}

/** Whether what writes an asset runs whatever is wrong above it: a flow that nothing holds up, or a job that does not fail, in a system that answers. */
function loadedAnyway(flows: readonly FlowSettings[], connections: readonly DownConnection[], work: readonly FailingWork[]) {
  const down = new Set(connections.map(({ key }) => key))
  const failing = (kind: FailingWork['kind']) => new Set(work.flatMap((one) => (one.kind === kind ? [one.name] : [])))
  const needs = flows.map((flow) => ({ name: flow.name, after: flow.after, connections: spokenTo(flow) }))
  const [heldUp, failingJobs] = [heldUpFlows(needs, down, failing('flow')), failing('job')]
  return ({ flow, job }: Pick<AssetRow, 'flow' | 'job'>): boolean => {
    if (flow !== null) return !heldUp.has(flow)
    return job !== null && !failingJobs.has(job) && !down.has(partsOfJob(job)?.connection ?? '')
  }
}
