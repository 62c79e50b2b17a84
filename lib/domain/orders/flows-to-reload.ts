import { isBroken, type Status } from '#lib/domain/freshness/status.ts'

/** An asset as a plan sees it. */
export interface PlannedAsset {
  id: number
  feedId: number
  /** The flow that writes it. */
  flow: string | null
  status: Status | null
}

/** From an asset to one made from it. */
export interface PlannedEdge {
  upstreamId: number
  downstreamId: number
}

/** What a reload of a feed is made of. */
export interface ReloadScope {
  /** In the order in which they run; each once. */
  flows: { flow: string; isOwn: boolean }[]
  /** Assets upstream that something is wrong with and that no flow writes: nobody can load them here. */
  watchedIds: number[]
}

/** So many assets that nothing judges may lie between a feed and the cause of its trouble. */
const UNJUDGED_MAX = 3

/**
 * Which flows a reload of a feed runs, the root first: those that write what is late, stale or unknown upstream, as far as the trouble reaches without a
 * healthy asset in between, then the feed's own. `after` names the flows that a flow comes after. Cycles end, and give one order and always the same.
 */
export function flowsToReload(
  feedId: number,
  assets: readonly PlannedAsset[],
  edges: readonly PlannedEdge[],
  after: ReadonlyMap<string, readonly string[]>,
): ReloadScope {
  const byId = new Map(assets.map((asset) => [asset.id, asset]))
  const upstreamOf = Map.groupBy(edges, (edge) => edge.downstreamId)
  const above = (id: number) => (upstreamOf.get(id) ?? []).flatMap(({ upstreamId }) => byId.get(upstreamId) ?? [])
  const own = assets.filter((asset) => asset.feedId === feedId)
  const ownFlows = new Set(own.flatMap(({ flow }) => flow ?? []))
  const troubled = troubledAbove(own, above)
  const chosen = new Set([...ownFlows, ...troubled.flatMap(({ flow }) => flow ?? [])])
  const before = flowsBefore(chosen, assets, above, after)
  return {
    flows: inOrder(chosen, before, ownFlows).map((flow) => ({ flow, isOwn: ownFlows.has(flow) })),
    watchedIds: troubled.filter(({ flow, feedId: of }) => flow === null && of !== feedId).map(({ id }) => id),
  }
}

type Above = (id: number) => PlannedAsset[]

const isTroubled = ({ status }: PlannedAsset) => isBroken(status) || status === 'unknown'
const isHealthy = (asset: PlannedAsset) => asset.status !== null && !isTroubled(asset)

/** What is wrong upstream of these, each once, the nearest first. */
function troubledAbove(own: readonly PlannedAsset[], above: Above): PlannedAsset[] {
  const fewestUnjudged = new Map(own.map(({ id }) => [id, 0]))
  const found = new Map<number, PlannedAsset>()
  const open = own.map(({ id }) => id)
  for (let id = open.shift(); id !== undefined; id = open.shift()) {
    const passed = fewestUnjudged.get(id) ?? 0
    for (const asset of above(id)) {
      const unjudged = asset.status === null ? passed + 1 : 0
      const reached = fewestUnjudged.get(asset.id) ?? Number.POSITIVE_INFINITY
      if (isHealthy(asset) || unjudged > UNJUDGED_MAX || reached <= unjudged) continue
      fewestUnjudged.set(asset.id, unjudged)
      open.push(asset.id)
      if (isTroubled(asset)) found.set(asset.id, asset)
    }
  }
  return [...found.values()]
}

/** Of each chosen flow those that must run before it: what its assets are made from, however far up, and what it comes after. */
function flowsBefore(
  chosen: ReadonlySet<string>,
  assets: readonly PlannedAsset[],
  above: Above,
  after: ReadonlyMap<string, readonly string[]>,
): Map<string, Set<string>> {
  return new Map(
    [...chosen].map((flow) => {
      const seen = new Set(assets.filter((asset) => asset.flow === flow).map(({ id }) => id))
      const before = new Set((after.get(flow) ?? []).filter((name) => chosen.has(name)))
      for (const id of seen)
        for (const asset of above(id)) {
          seen.add(asset.id)
          if (asset.flow !== null && chosen.has(asset.flow)) before.add(asset.flow)
        }
      before.delete(flow)
      return [flow, before]
    }),
  )
}

/** One order that keeps to `before`; where that goes in circles, the flow with the fewest left before it goes first. */
function inOrder(chosen: ReadonlySet<string>, before: ReadonlyMap<string, ReadonlySet<string>>, own: ReadonlySet<string>): string[] {
  const left = new Set(chosen)
  const order: string[] = []
  const waits = (flow: string) => [...(before.get(flow) ?? [])].filter((name) => left.has(name)).length
  while (left.size > 0) {
    const [next] = [...left].sort((a, b) => waits(a) - waits(b) || Number(own.has(a)) - Number(own.has(b)) || (a < b ? -1 : 1))
    if (next === undefined) break
    left.delete(next)
    order.push(next)
  }
  return order
}
