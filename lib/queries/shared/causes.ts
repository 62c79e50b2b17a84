import { listGoneConnections, loadConnectionNames } from '#lib/db/catalogue/connection-names.ts'
import { loadCauseGraph } from '#lib/db/causes/cause-graph.ts'
import { loadSeenHistory } from '#lib/db/causes/cause-history.ts'
import type { Context } from '#lib/db/context.ts'
import { loadJobNames } from '#lib/db/runs/job-names.ts'
import { type Status, worstOf } from '#lib/domain/freshness/status.ts'
import type { CauseAsset, CauseGraph, CauseKind } from '#lib/domain/lineage/causes/cause.ts'
import { type CauseHistory, causesAtEach, type DatedAsset, type DatedSpan } from '#lib/domain/lineage/causes/cause-history.ts'
import { type Causes, findCauses } from '#lib/domain/lineage/causes/find-causes.ts'
import { jobOfSystemInWords } from '#lib/domain/runs/job-name.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { instant } from './instant-column.ts'

const UNSEEN = `
  select asset_id as "assetId", status, ${instant('since')} as since from unseen_neighbour
  where is_upstream and status in ('stale', 'late', 'unknown') order by since, asset_id`

/** In the order in which they began. */
const UNSEEN_PAST = `
  select asset_id as "assetId", status, ${instant('from_at')} as "from", ${instant('to_at')} as "to" from unseen_past
  where from_at <= $2 and (to_at is null or to_at > $1) order by from_at, to_at`

interface UnseenPastRow extends DatedSpan {
  assetId: number
}

interface UnseenRow {
  assetId: number
  status: Status
  since: Instant
}

/** What everything that is wrong comes down to, now or at an instant of the past as it is known now, as far as the reader sees it. What they do not see is a root without a name. */
export async function causesAt(ctx: Context, at: Instant | null = null): Promise<Causes> {
  const then = at === null || at >= ctx.clock.now() ? undefined : (await causesThen(ctx, [at])).get(at)
  return then ?? findCauses(await causeGraphNow(ctx, true))
}

/** The same at each of these instants of the past, of one look. */
export async function causesThen(ctx: Context, instants: readonly Instant[]): Promise<ReadonlyMap<Instant, Causes>> {
  if (instants.length === 0) return new Map()
  const [from, through] = [Math.min(...instants), Math.max(...instants)]
  const history = await loadSeenHistory(ctx.pool, from, through)
  if (ctx.actor.audience === null) return causesAtEach(history, instants)
  const { rows } = await ctx.pool.query<UnseenPastRow>(UNSEEN_PAST, [new Date(from), new Date(through)])
  return causesAtEach(withUnseenPast(history, rows), instants)
}

/** What holds back what is wrong now, without what is at risk: where little is wrong, that is a small part of all there is. */
export async function causesNow(ctx: Context): Promise<Causes> {
  return findCauses(await causeGraphNow(ctx, false))
}

/** These things, the connections among them by the names that people know and the jobs by those that their own systems give them, and whether a database is gone, as far as the reader sees those. */
export async function withSystemNames<T extends { kind: CauseKind; key: string; name: string }>(
  ctx: Context,
  things: readonly T[],
): Promise<(T & { isGone?: boolean })[]> {
  const keysOf = (wanted: CauseKind) => [...new Set(things.flatMap(({ kind, key }) => (kind === wanted ? [key] : [])))]
  const [jobs, connections, gone] = await Promise.all([
    loadJobNames(ctx.pool, keysOf('job')),
    loadConnectionNames(ctx.pool, keysOf('connection')),
    listGoneConnections(ctx.pool, keysOf('connection')),
  ])
  return things.map((thing) => {
    const { kind, key } = thing
    if (kind === 'job') return { ...thing, name: jobOfSystemInWords(key, jobs.get(key) ?? null) }
    if (kind !== 'connection') return thing
    return { ...thing, name: connections.get(key) ?? key, ...(gone.has(key) && { isGone: true }) }
  })
}

/** All that causes are found in now, as far as the reader sees it: for who asks more of it than the causes. */
export async function causeGraphNow(ctx: Context, withRisk: boolean): Promise<CauseGraph> {
  const graph = await loadCauseGraph(ctx.pool, { at: ctx.clock.now(), withRisk })
  if (ctx.actor.audience === null || graph.assets.length === 0) return graph
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

/** The same of the past: what an asset is made from and is not seen is one thing for as long as it is in trouble without a break. */
function withUnseenPast(history: CauseHistory, rows: readonly UnseenPastRow[]): CauseHistory {
  const stretches = [...Map.groupBy(rows, ({ assetId }) => assetId).values()].flatMap(unbroken)
  const together = [...Map.groupBy(stretches, ({ from, to }) => `${from} ${to}`).values()]
  const systems = { connection: null, writers: [], isUnseen: true }
  const assets = together.flatMap(([first], index): DatedAsset[] => {
    if (first === undefined) return []
    const { from, to, status } = first
    return [{ id: -1 - index, from, to, spans: [{ status, isBlocked: false, from, to }], wrongSince: from, ...systems }]
  })
  const edges = together.flatMap((own, index) =>
    own.map(({ assetId, from, to }) => ({ upstreamId: -1 - index, downstreamId: assetId, from, to })),
  )
  return { ...history, assets: [...history.assets, ...assets], edges: [...history.edges, ...edges] }
}

function unbroken(rows: readonly UnseenPastRow[]): UnseenPastRow[] {
  const stretches: UnseenPastRow[] = []
  for (const row of rows) {
    const last = stretches.at(-1)
    if (last === undefined || (last.to !== null && last.to < row.from)) stretches.push({ ...row })
    else if (last.to !== null && (row.to === null || row.to > last.to)) last.to = row.to
  }
  return stretches
}
