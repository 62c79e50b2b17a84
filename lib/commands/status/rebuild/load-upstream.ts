import { loadGroupNames } from '#lib/db/catalogue/subjects.ts'
import type { Sql } from '#lib/db/context.ts'
import { loadSpans } from '#lib/db/history/spans.ts'
import type { Upstream } from '#lib/domain/freshness/facts.ts'
import type { DatedEdge } from '#lib/domain/lineage/edge.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import type { LoadedRequest } from './rebuild-assets.ts'
import { wholeSpans } from './roll-up-containers.ts'

/**
 * What each of these followers is made from, with the statuses of that as they stand, from when on its own facts are known. What is in another service group has
 * no name here: somebody may see the follower and not that.
 */
export async function loadUpstream(
  sql: Sql,
  followers: readonly LoadedRequest[],
  edges: ReadonlyMap<number, readonly DatedEdge[]>,
): Promise<Map<number, Upstream[]>> {
  const since = new Map<number, Instant>()
  for (const { request, known } of followers) {
    for (const { upstreamId } of edges.get(request.asset.id) ?? []) {
      since.set(upstreamId, Math.min(known.since, since.get(upstreamId) ?? known.since))
    }
  }
  const stored = await loadSpans(
    sql,
    [...since].map(([subjectId, from]) => ({ subjectId, from })),
  )
  const spans = new Map([...stored].map(([id, own]) => [id, wholeSpans(own)]))
  const subjects = await loadGroupNames(sql, [...since.keys(), ...followers.map(({ request }) => request.asset.id)])
  return new Map(
    followers.map(({ request: { asset } }) => {
      const group = subjects.get(asset.id)?.groupId
      const own = (edges.get(asset.id) ?? []).map(({ upstreamId, from, to }): Upstream => {
        const other = subjects.get(upstreamId)
        const name = other !== undefined && other.groupId === group ? other.name : null
        return { assetId: upstreamId, name, from, to, spans: spans.get(upstreamId) ?? [] }
      })
      return [asset.id, own]
    }),
  )
}
