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

/** What is asked about: how it stands now. */
export interface CauseMoment {
  at: Instant
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

const DOWN = `
  select b.connection_key as key, ${ms('min(b.from_at)')} as since from blind b
  join connection_state c on c.key = b.connection_key and c.removed_at is null
  where b.reason = 'source-unreachable' and b.to_at is null group by 1`

const mayExplain = (status: string) => `(${status} is null or ${status} in ${UNHEALTHY})`

const assets = (withRisk: boolean) => `
  select s.id, sp.status, case when sp.status in ${UNHEALTHY} then ${ms('coalesce(sp.since_at, sp.from_at)')} end as since, coalesce(sp.reason = 'blocked', false) as "isBlocked", a.connection_key as connection, a.flow, a.job,
    case when sp.status = 'fresh' then (a.verdict ->> 'lateAt')::float8 end as "lateAt",
    coalesce(sp.status = 'fresh' and s.id in (select subject_id from follower), false) as "isFollower"
  from asset a join subject s on s.id = a.subject_id and s.removed_at is null
  left join status_span sp on sp.subject_id = s.id and sp.to_at is null
  ${withRisk ? '' : `where ${mayExplain('sp.status')}`}`

const EDGES = 'select e.upstream_id as "upstreamId", e.downstream_id as "downstreamId" from lineage_now e'
const standing = (end: 'upstream' | 'downstream') =>
  `left join status_span ${end} on ${end}.subject_id = e.${end}_id and ${end}.to_at is null`
const edges = (withRisk: boolean) =>
  withRisk
    ? EDGES
    : `${EDGES} ${standing('upstream')} ${standing('downstream')} where ${mayExplain('upstream.status')} and ${mayExplain('downstream.status')}`

/** What may be wrong, in one row. */
const TROUBLE = `
  select ${listSql(unhealthy(false))} as wrong, ${listSql(DOWN, 'x.key')} as connections, work.* from (${WORK_SQL}) work`

interface TroubleRow extends WorkRow {
  wrong: { id: number; since: Instant }[]
  connections: DownConnection[]
}

const NO_TROUBLE: TroubleRow = { wrong: [], connections: [], flows: [], jobs: [], written: [] }

/** Among what its causes are found, in one row. */
const amongWhat = (withRisk: boolean) =>
  `select ${listSql(assets(withRisk))} as assets, ${listSql(edges(withRisk))} as edges, ${withRisk ? listSql(FLOWS_SQL) : "'[]'::json"} as flows`

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

/** All that causes are found in now, as far as who asks sees it: a function of spans, edges, blindness and runs. Where nothing is wrong it is empty. The past: `cause-history.ts`. */
export async function loadCauseGraph(sql: Sql, { at, withRisk }: CauseMoment): Promise<CauseGraph> {
  const { rows } = await sql.query<TroubleRow>(TROUBLE, [toText(at)])
  const { wrong, connections, ...told } = rows[0] ?? NO_TROUBLE
  const work = toFailingWork(told, at)
  if (wrong.length + connections.length + work.length === 0) return NOTHING_WRONG
  const since = new Map(wrong.map((one) => [one.id, one.since]))
  const among = await sql.query<AmongRow>(amongWhat(withRisk))
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
