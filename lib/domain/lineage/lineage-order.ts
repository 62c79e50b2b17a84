import { END_OF_TIME, type Instant } from '#lib/domain/time/instant.ts'
import type { DatedEdge, Edge } from './edge.ts'

/** Assets none of which can be worked out without the others: one alone, or several that are made from each other, be it at different times. */
export type Knot = readonly number[]

/** Every asset once, in knots and these in levels: what a knot is made from lies in levels before its own. Edges to anything else are ignored. */
export function inLineageOrder(ids: readonly number[], edges: readonly Edge[]): Knot[][] {
  const known = new Set(ids)
  const upstream = upstreamOf(edges.filter(({ upstreamId, downstreamId }) => known.has(upstreamId) && known.has(downstreamId)))
  const levelOf = new Map<number, number>()
  const levels: Knot[][] = []
  for (const knot of knotsOf(ids, upstream)) {
    const above = knot.flatMap((id) => (upstream.get(id) ?? []).map((other) => levelOf.get(other) ?? -1))
    const level = above.reduce((highest, one) => Math.max(highest, one), -1) + 1
    for (const id of knot) levelOf.set(id, level)
    const own = levels[level]
    if (own === undefined) levels[level] = [knot]
    else own.push(knot)
  }
  return levels
}

/** The stretches in which edges are part of a circle, each edge's in order and apart from each other. */
export function circularStretches(edges: readonly DatedEdge[]): DatedEdge[] {
  const turns = [...new Set(edges.flatMap(({ from, to }) => [from, to ?? END_OF_TIME]))].sort((a, b) => a - b)
  const found = new Map<string, DatedEdge[]>()
  for (const [index, from] of turns.entries()) {
    const until = turns[index + 1]
    if (until === undefined) break
    for (const { upstreamId, downstreamId } of circularAt(edges, from)) {
      const key = `${upstreamId} ${downstreamId}`
      const own = found.get(key) ?? []
      const last = own.at(-1)
      const to = until === END_OF_TIME ? null : until
      if (last?.to === from) last.to = to
      else own.push({ upstreamId, downstreamId, from, to })
      found.set(key, own)
    }
  }
  return [...found.values()].flat()
}

function circularAt(edges: readonly DatedEdge[], at: Instant): Edge[] {
  const current = edges.filter(({ from, to }) => from <= at && at < (to ?? END_OF_TIME))
  const ids = [...new Set(current.flatMap(({ upstreamId, downstreamId }) => [upstreamId, downstreamId]))]
  const knotOf = new Map<number, Knot>()
  for (const knot of knotsOf(ids, upstreamOf(current))) for (const id of knot) knotOf.set(id, knot)
  const distinct = new Map(current.map((edge) => [`${edge.upstreamId} ${edge.downstreamId}`, edge]))
  return [...distinct.values()].filter(({ upstreamId, downstreamId }) => knotOf.get(upstreamId) === knotOf.get(downstreamId))
}

function upstreamOf(edges: readonly Edge[]): Map<number, number[]> {
  const found = new Map<number, number[]>()
  for (const { upstreamId, downstreamId } of edges) {
    const own = found.get(downstreamId)
    if (own === undefined) found.set(downstreamId, [upstreamId])
    else own.push(upstreamId)
  }
  return found
}

interface Visit {
  id: number
  next: Iterator<number>
}

/** Tarjan's strongly connected components, what one is made from first. */
function knotsOf(ids: readonly number[], upstream: ReadonlyMap<number, readonly number[]>): Knot[] {
  const search = new KnotSearch(upstream)
  return ids.flatMap((id) => search.from(id))
}

/** Without recursion, so that a long chain does not overflow. */
class KnotSearch {
  readonly #upstream: ReadonlyMap<number, readonly number[]>
  readonly #index = new Map<number, number>()
  readonly #lowest = new Map<number, number>()
  readonly #open: number[] = []
  readonly #isOpen = new Set<number>()

  constructor(upstream: ReadonlyMap<number, readonly number[]>) {
    this.#upstream = upstream
  }

  /** The knots not found before that are reached from here. */
  from(start: number): Knot[] {
    const found: Knot[] = []
    const trail = this.#index.has(start) ? [] : [this.#enter(start)]
    for (let top = trail.at(-1); top !== undefined; top = trail.at(-1)) {
      const step = top.next.next()
      if (!step.done) {
        if (!this.#index.has(step.value)) trail.push(this.#enter(step.value))
        else if (this.#isOpen.has(step.value)) this.#lower(top.id, this.#index.get(step.value))
        continue
      }
      trail.pop()
      const before = trail.at(-1)
      if (before !== undefined) this.#lower(before.id, this.#lowest.get(top.id))
      if (this.#lowest.get(top.id) === this.#index.get(top.id)) found.push(this.#close(top.id))
    }
    return found
  }

  #enter(id: number): Visit {
    this.#lowest.set(id, this.#index.size)
    this.#index.set(id, this.#index.size)
    this.#open.push(id)
    this.#isOpen.add(id)
    return { id, next: (this.#upstream.get(id) ?? []).values() }
  }

  #lower(id: number, to = 0): void {
    this.#lowest.set(id, Math.min(this.#lowest.get(id) ?? 0, to))
  }

  #close(id: number): Knot {
    const knot = this.#open.splice(this.#open.lastIndexOf(id))
    for (const member of knot) this.#isOpen.delete(member)
    return knot.sort((a, b) => a - b)
  }
}
