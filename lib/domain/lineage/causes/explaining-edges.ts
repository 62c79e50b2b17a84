import type { Edge } from '#lib/domain/lineage/edge.ts'
import type { CauseAsset, Standing } from './cause.ts'
import { explanations } from './explanations.ts'
import { Troubles } from './troubles.ts'

/** The ways from the assets that explain each of these down to it, as edges, each once: by way of what nothing is promised about. */
export function explainingEdges(
  assets: readonly (Standing & Pick<CauseAsset, 'isBlocked' | 'isUnseen'>)[],
  edges: readonly Edge[],
): Edge[] {
  const alone = assets.map((asset) => ({ ...asset, connection: null, flow: null, job: null }))
  const troubles = new Troubles({ assets: alone, edges, connections: [], work: [] })
  const found = new Map<number, Set<number>>()
  for (const [place, own] of explanations(troubles).entries())
    for (const { cause, between } of own) {
      const way = [cause.asset, ...between, troubles.all[place]?.asset].flatMap((asset) => asset?.id ?? [])
      for (const [at, id] of way.slice(1).entries()) found.set(id, (found.get(id) ?? new Set()).add(way[at] ?? id))
    }
  return [...found].flatMap(([downstreamId, ups]) => [...ups].map((upstreamId) => ({ upstreamId, downstreamId })))
}
