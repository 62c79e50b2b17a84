import { lockReached } from '#lib/db/catalogue/followers.ts'
import { loadEdgesSince } from '#lib/db/catalogue/lineage-edges.ts'
import type { Subject } from '#lib/db/catalogue/subjects.ts'
import type { Sql } from '#lib/db/context.ts'
import { type AssetVersion, loadAssetVersions } from '#lib/db/history/versions.ts'
import type { DatedEdge } from '#lib/domain/lineage/edge.ts'
import { inLineageOrder, type Knot } from '#lib/domain/lineage/lineage-order.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { loadUpstream } from './load-upstream.ts'
import { loadRequests, type Reach, type RebuildRequest, type RebuiltAsset, startOf, storeWorked } from './rebuild-assets.ts'
import type { Reporting } from './reporting.ts'
import { settleKnot } from './settle-knot.ts'
import { turnedFrom } from './turned-from.ts'

/** What was rebuilt, from when on, and what it came to. */
export interface Following {
  requests: RebuildRequest[]
  rebuilt: RebuiltAsset[]
}

const CHUNK = 2_500

/**
 * Rebuilds the followers that are due and those that follow what has turned, in the order of the lineage and until nothing turns any more. What is made from each
 * other is worked out together.
 */
export async function rebuildFollowers(
  sql: Sql,
  reporting: Reporting,
  { rebuilt, due, reachOf }: { rebuilt: readonly RebuiltAsset[]; due: ReadonlyMap<number, Instant>; reachOf: (assetId: number) => Reach },
): Promise<Following> {
  const turned = rebuilt.flatMap(turnOf)
  const subjects = await lockReached(sql, [...turned.map(({ id }) => id), ...due.keys()])
  if (subjects.length === 0) return { requests: [], rebuilt: [] }
  const ids = subjects.map(({ id }) => id)
  const edges = await loadEdgesSince(sql, ids, reporting.horizon)
  const known: Known = {
    subjects: new Map(subjects.map((subject) => [subject.id, subject])),
    versions: await loadAssetVersions(sql, ids),
    edges: Map.groupBy(edges, ({ downstreamId }) => downstreamId),
    reachOf,
  }
  const dues = new Dues(due, edges)
  for (const turn of turned) dues.note(turn)
  const done: Following = { requests: [], rebuilt: [] }
  for (const level of inLineageOrder(ids, edges)) {
    for (const knots of inChunks(level.filter((knot) => dues.of(knot) !== null))) {
      const requests = knots.map((knot) => requestsOf(knot, dues.of(knot) ?? reporting.now, known, reporting))
      const rebuiltHere = await rebuildKnots(sql, reporting.now, requests, known)
      for (const turn of rebuiltHere.flatMap(turnOf)) dues.note(turn)
      done.requests.push(...requests.flat())
      done.rebuilt.push(...rebuiltHere)
    }
  }
  return done
}

/** What followers see of an asset is another from here on. */
interface Turn {
  id: number
  at: Instant
}

function turnOf({ subjectId, restatement }: RebuiltAsset): Turn[] {
  const at = restatement.changedFrom === null ? null : turnedFrom(restatement)
  return at === null ? [] : [{ id: subjectId, at }]
}

/** From when on followers must be worked out anew. */
class Dues {
  readonly #from: Map<number, Instant>
  readonly #edges: ReadonlyMap<number, DatedEdge[]>

  constructor(due: ReadonlyMap<number, Instant>, edges: readonly DatedEdge[]) {
    this.#from = new Map(due)
    this.#edges = Map.groupBy(edges, ({ upstreamId }) => upstreamId)
  }

  note({ id, at }: Turn): void {
    for (const { downstreamId, from, to } of this.#edges.get(id) ?? []) {
      if (to === null || to > at)
        this.#from.set(downstreamId, Math.min(Math.max(at, from), this.#from.get(downstreamId) ?? Number.POSITIVE_INFINITY))
    }
  }

  of(knot: Knot): Instant | null {
    const all = knot.flatMap((id) => this.#from.get(id) ?? [])
    return all.length === 0 ? null : Math.min(...all)
  }
}

interface Known {
  subjects: ReadonlyMap<number, Subject>
  reachOf: (assetId: number) => Reach
  versions: ReadonlyMap<number, AssetVersion[]>
  /** By what is made from something. */
  edges: ReadonlyMap<number, DatedEdge[]>
}

/** All of a knot from the same instant. */
function requestsOf(knot: Knot, due: Instant, { subjects, reachOf }: Known, reporting: Reporting): RebuildRequest[] {
  const assets = knot.flatMap((id) => subjects.get(id) ?? [])
  const from = Math.min(...assets.map((asset) => startOf(asset, due, reporting)))
  return assets.map((asset) => ({ asset, from, reach: reachOf(asset.id) }))
}

async function rebuildKnots(
  sql: Sql,
  now: Instant,
  knots: readonly RebuildRequest[][],
  { versions, edges }: Known,
): Promise<RebuiltAsset[]> {
  const loaded = await loadRequests(sql, knots.flat(), versions)
  const byId = new Map(loaded.map((one) => [one.request.asset.id, one]))
  const upstream = await loadUpstream(sql, loaded, edges)
  const worked = knots.flatMap((knot) => {
    const members = knot.flatMap(({ asset }) => byId.get(asset.id) ?? [])
    return settleKnot(members, upstream, now)
  })
  await storeWorked(sql, worked)
  return worked.map((one) => one.rebuilt)
}

function* inChunks(knots: readonly Knot[]): Generator<Knot[]> {
  let chunk: Knot[] = []
  let size = 0
  for (const knot of knots) {
    chunk.push(knot)
    size += knot.length
    if (size < CHUNK) continue
    yield chunk
    chunk = []
    size = 0
  }
  if (chunk.length > 0) yield chunk
}
