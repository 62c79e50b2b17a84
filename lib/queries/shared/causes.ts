import { loadConnectionNames } from '#lib/db/catalogue/connection-names.ts'
import { loadCauseGraph } from '#lib/db/causes/cause-graph.ts'
import type { Context } from '#lib/db/context.ts'
import { loadJobNames } from '#lib/db/runs/job-names.ts'
import { type Status, worstOf } from '#lib/domain/freshness/status.ts'
import type { CauseAsset, CauseGraph, CauseKind } from '#lib/domain/lineage/causes/cause.ts'
import { type Causes, findCauses } from '#lib/domain/lineage/causes/find-causes.ts'
import { jobOfSystemInWords } from '#lib/domain/runs/job-name.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { instant } from './instant-column.ts'

const UNSEEN = `
  select asset_id as "assetId", status, ${instant('since')} as since from unseen_neighbour
  where is_upstream and status in ('stale', 'late', 'unknown') order by since, asset_id`

interface UnseenRow {
  assetId: number
  status: Status
  since: Instant
}

/**
 * What everything that is wrong comes down to, now or at an instant of the past as it is known now, as far as the reader sees it. What they do not see is a root without a
 * name; of the past only who sees everything is told of it.
 */
export async function causesAt(ctx: Context, at: Instant | null = null): Promise<Causes> {
  return findAt(ctx, at, true)
}

/** What holds back what is wrong now, without what is at risk: where little is wrong, that is a small part of all there is. */
export async function causesNow(ctx: Context): Promise<Causes> {
  return findAt(ctx, null, false)
}

/** These things, the connections among them by the names that people know and the jobs by those that their own systems give them, as far as the reader sees those. */
export async function withSystemNames<T extends { kind: CauseKind; key: string; name: string }>(
  ctx: Context,
  things: readonly T[],
): Promise<T[]> {
  const keysOf = (wanted: CauseKind) => [...new Set(things.flatMap(({ kind, key }) => (kind === wanted ? [key] : [])))]
  const [jobs, connections] = await Promise.all([
    loadJobNames(ctx.pool, keysOf('job')),
    loadConnectionNames(ctx.pool, keysOf('connection')),
  ])
  return things.map((thing) => {
    const { kind, key } = thing
    if (kind === 'job') return { ...thing, name: jobOfSystemInWords(key, jobs.get(key) ?? null) }
    return kind === 'connection' ? { ...thing, name: connections.get(key) ?? key } : thing
  })
}

/** All that causes are found in now, as far as the reader sees it: for who asks more of it than the causes. */
export function causeGraphNow(ctx: Context, withRisk: boolean): Promise<CauseGraph> {
  return graphAt(ctx, null, withRisk)
}

async function findAt(ctx: Context, at: Instant | null, withRisk: boolean): Promise<Causes> {
  return findCauses(await graphAt(ctx, at, withRisk))
}

async function graphAt(ctx: Context, at: Instant | null, withRisk: boolean): Promise<CauseGraph> {
  const now = ctx.clock.now()
  const isPast = at !== null && at < now
  const graph = await loadCauseGraph(ctx.pool, { at: at ?? now, isPast, withRisk: withRisk && !isPast })
  if (ctx.actor.audience === null || isPast || graph.assets.length === 0) return graph
  const { rows } = await ctx.pool.query<UnseenRow>(UNSEEN)
  return withUnseen(graph, rows)
}

/** Those that turned together are one: how many there are is not told. */
function withUnseen(graph: CauseGraph, rows: readonly UnseenRow[]): CauseGraph {
  const together = [...Map.groupBy(rows, ({ since }) => since)]
  const systems = { connection: null, flow: null, job: null, isUnseen: true }
  const unseen = together.map(([since, own], index): CauseAsset => {
    return { id: -1 - index, since, status: worstOf(own.map(({ status }) => status)), ...systems }
  })
  const edges = together.flatMap(([, own], index) => own.map(({ assetId }) => ({ upstreamId: -1 - index, downstreamId: assetId })))
  return { ...graph, assets: [...graph.assets, ...unseen], edges: [...graph.edges, ...edges] }
}
