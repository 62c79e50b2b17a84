import type { AssetVersion } from '#lib/db/history/versions.ts'
import type { Upstream } from '#lib/domain/freshness/facts.ts'
import { followsUpstream } from '#lib/domain/freshness/policies/upstream-status.ts'
import type { Span } from '#lib/domain/freshness/span.ts'
import type { DatedEdge } from '#lib/domain/lineage/edge.ts'
import { circularStretches } from '#lib/domain/lineage/lineage-order.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { END_OF_TIME, type Instant } from '#lib/domain/time/instant.ts'
import { type LoadedRequest, type Worked, workOut } from './rebuild-assets.ts'
import { wholeSpans } from './roll-up-containers.ts'

/**
 * Works out followers none of which can be without the others. At any instant those that do not follow in a circle stand in an order, so going round until
 * nothing differs ends, and always in the same.
 */
export function settleKnot(members: readonly LoadedRequest[], upstream: ReadonlyMap<number, readonly Upstream[]>, now: Instant): Worked[] {
  const upstreamOf = (id: number) => upstream.get(id) ?? []
  const [only] = members
  if (only !== undefined && members.length === 1) return [workOut(withUpstream(only, upstreamOf(only.request.asset.id)), now)]
  const circles = circlesAmong(members, upstreamOf)
  const spans = new Map<number, readonly Span[]>()
  let worked: Worked[] = []
  const most = (members.length + 1) * (2 + members.flatMap(({ request }) => upstreamOf(request.asset.id)).length)
  for (let round = 0; round < most; round += 1) {
    let differs = false
    worked = members.map((member) => {
      const { id } = member.request.asset
      const own = upstreamOf(id).flatMap((one) =>
        inPieces({ ...one, spans: spans.get(one.assetId) ?? one.spans }, circles.get(`${one.assetId} ${id}`)),
      )
      const one = workOut(withUpstream(member, own), now)
      const found = wholeSpans(one.rebuilt.restatement.after)
      differs ||= !areAlike(found, spans.get(id))
      spans.set(id, found)
      return one
    })
    if (!differs) return worked
  }
  throw new TidemarkError('internal', { publicMessage: 'Assets that are made from each other could not be worked out.' })
}

function withUpstream({ known, ...rest }: LoadedRequest, upstream: readonly Upstream[]): LoadedRequest {
  return { ...rest, known: { ...known, facts: { ...known.facts, upstream } } }
}

function areAlike(a: readonly Span[], b: readonly Span[] | undefined): boolean {
  const isSame = (one: Span, other: Span | undefined) => {
    return one.from === other?.from && one.to === other.to && one.status === other.status && one.reason === other.reason
  }
  return a.length === b?.length && a.every((one, index) => isSame(one, b[index]))
}

/** By the ends of an edge, the stretches in which it is part of a circle, as far as what is made from it follows it then. */
function circlesAmong(members: readonly LoadedRequest[], upstreamOf: (id: number) => readonly Upstream[]): Map<string, DatedEdge[]> {
  const ids = new Set(members.map(({ request }) => request.asset.id))
  const edges = members.flatMap(({ request, known }) => {
    const inside = upstreamOf(request.asset.id).filter(({ assetId }) => ids.has(assetId))
    return inside.flatMap((one) =>
      whileFollowing(one, known.versions).map(({ from, to }) => ({ upstreamId: one.assetId, downstreamId: request.asset.id, from, to })),
    )
  })
  return Map.groupBy(circularStretches(edges), ({ upstreamId, downstreamId }) => `${upstreamId} ${downstreamId}`)
}

function whileFollowing({ from, to }: Upstream, versions: readonly AssetVersion[]): { from: Instant; to: Instant | null }[] {
  return versions.flatMap((version, index) => {
    const begins = Math.max(from, version.from)
    const ends = Math.min(to ?? END_OF_TIME, versions[index + 1]?.from ?? END_OF_TIME)
    if (version.settings === null || !followsUpstream(version.settings) || begins >= ends) return []
    return [{ from: begins, to: ends === END_OF_TIME ? null : ends }]
  })
}

/** An edge, cut where it becomes part of a circle and where it no longer is. */
function inPieces(whole: Upstream, circles: readonly DatedEdge[] = []): Upstream[] {
  const pieces: Upstream[] = []
  const end = whole.to ?? END_OF_TIME
  let at = whole.from
  for (const circle of circles) {
    const to = Math.min(circle.to ?? END_OF_TIME, end)
    if (to <= at || circle.from >= end) continue
    if (at < circle.from) pieces.push({ ...whole, from: at, to: circle.from })
    pieces.push({ ...whole, from: Math.max(at, circle.from), to: to === END_OF_TIME ? null : to, isCircular: true })
    at = to
  }
  return at < end ? [...pieces, { ...whole, from: at }] : pieces
}
