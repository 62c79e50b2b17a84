import { isUnhealthy, type Status, severity } from '#lib/domain/freshness/status.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import type { Edge } from './edge.ts'
import { inLineageOrder } from './lineage-order.ts'

/** How an asset stands, and since when. */
export interface Standing {
  id: number
  status: Status | null
  since: Instant | null
}

/** So many roots are told of one asset at most, and so many assets in a row that nothing is promised about may lie between two that are unhealthy. */
const ROOTS_TOLD = 3
const UNJUDGED_BETWEEN = 3

/** An unhealthy asset that explains another, with what lies between, the nearest to it first. */
interface Cause {
  id: number
  between: number[]
}

/**
 * The ways from the topmost unhealthy ancestors down to an asset, both ends included, what turned first first: each of them turned no later than what is made
 * from it, and what nothing is promised about lets through. Only the asset itself where nothing above explains it; nothing where nothing is wrong with it.
 */
export function pathsToRoot(focus: number, standings: ReadonlyMap<number, Standing>, edges: readonly Edge[]): number[][] {
  const own = standings.get(focus)
  if (own === undefined || !isUnhealthy(own.status)) return []
  const above = Map.groupBy(edges, ({ downstreamId }) => downstreamId)
  const ways = new Map<number, number[]>([[focus, [focus]]])
  const explained: Edge[] = []
  for (const [id, way] of ways)
    for (const { id: cause, between } of causesOf(id, standings, above)) {
      explained.push({ upstreamId: cause, downstreamId: id })
      if (!ways.has(cause)) ways.set(cause, [cause, ...between, ...way])
    }
  return topmost([...ways.keys()], explained, standings)
    .slice(0, ROOTS_TOLD)
    .flatMap((root) => [ways.get(root) ?? []])
}

/** Of these assets the unhealthy ones that nothing unhealthy they are made from explains: the worst first, of equals what turned first. */
export function rootsOf<Asset extends Standing>(assets: readonly Asset[], edges: readonly Edge[]): Asset[] {
  const standings = new Map(assets.map((asset) => [asset.id, asset]))
  const above = Map.groupBy(edges, ({ downstreamId }) => downstreamId)
  const unhealthy = assets.filter(({ status }) => isUnhealthy(status)).map(({ id }) => id)
  const explained = unhealthy.flatMap((id) =>
    causesOf(id, standings, above).map((cause): Edge => ({ upstreamId: cause.id, downstreamId: id })),
  )
  const roots = topmost(unhealthy, explained, standings).flatMap((id) => standings.get(id) ?? [])
  return roots.toSorted((a, b) => severity(a.status) - severity(b.status))
}

/** The ways from what explains each of these assets down to it, as edges, each once: by way of what nothing is promised about. */
export function explainingEdges(assets: readonly Standing[], edges: readonly Edge[]): Edge[] {
  const standings = new Map(assets.map((asset) => [asset.id, asset]))
  const above = Map.groupBy(edges, ({ downstreamId }) => downstreamId)
  const found = new Map<number, Set<number>>()
  const add = (downstreamId: number, upstreamId: number) => {
    const known = found.get(downstreamId)
    if (known === undefined) found.set(downstreamId, new Set([upstreamId]))
    else known.add(upstreamId)
  }
  for (const { id, status } of assets) {
    if (!isUnhealthy(status) || !above.has(id)) continue
    for (const cause of causesOf(id, standings, above)) {
      let upstreamId = cause.id
      for (const downstreamId of [...cause.between, id]) {
        add(downstreamId, upstreamId)
        upstreamId = downstreamId
      }
    }
  }
  return [...found].flatMap(([downstreamId, ups]) => [...ups].map((upstreamId) => ({ upstreamId, downstreamId })))
}

/** What comes after an asset, however far, without itself; edges by what they lead from. */
export function assetsAfter(id: number, edges: ReadonlyMap<number, readonly Edge[]>): Set<number> {
  const reached = new Set([id])
  for (const each of reached) for (const { downstreamId } of edges.get(each) ?? []) reached.add(downstreamId)
  reached.delete(id)
  return reached
}

/** The unhealthy assets right above one, or behind some that nothing is promised about, that turned no later; each by the shortest way. */
function causesOf(id: number, standings: ReadonlyMap<number, Standing>, above: ReadonlyMap<number, readonly Edge[]>): Cause[] {
  const bound = turned(standings.get(id))
  const passed = new Map<number, number[]>([[id, []]])
  const causes = new Map<number, Cause>()
  for (const [at, between] of passed) {
    const ups = (above.get(at) ?? []).flatMap(({ upstreamId }) => standings.get(upstreamId) ?? [])
    const next = ups.filter((up) => !passed.has(up.id) && !causes.has(up.id))
    for (const up of next) {
      if (up.status === null && between.length < UNJUDGED_BETWEEN) passed.set(up.id, [up.id, ...between])
      if (isUnhealthy(up.status) && turned(up) <= bound) causes.set(up.id, { id: up.id, between })
    }
  }
  return [...causes.values()]
}

/** What nothing explains, what turned first first; of assets that turned together and are made from each other one stands for all. */
function topmost(ids: readonly number[], explained: readonly Edge[], standings: ReadonlyMap<number, Standing>): number[] {
  const first = inLineageOrder(ids, explained)[0] ?? []
  return first.flatMap((knot) => knot.slice(0, 1)).sort((a, b) => turned(standings.get(a)) - turned(standings.get(b)) || a - b)
}

/** What has no time turned before all that is known. */
function turned(standing: Standing | undefined): Instant {
  return standing?.since ?? 0
}
