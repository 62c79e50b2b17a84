import { type Status, severity } from '#lib/domain/freshness/status.ts'
import type { Edge } from './edge.ts'

/** How far from the focus something is drawn. */
const HOPS = 2

/** So many things are drawn at most, the focus among them, and so many of one side at one distance. */
export const DRAWN = 60
const DRAWN_TOGETHER = 20

export type Side = 'upstream' | 'downstream'

/** Something drawn: on which side of the focus, and how many edges away. */
export interface Near {
  id: number
  side: Side | 'focus'
  hop: number
}

const SIDES = ['upstream', 'downstream'] as const

/**
 * What is drawn around a focus: two hops up and down, what is nearer first, of equals the worse and the one known longer. What is farther away is drawn only
 * where something between is. The edges are those around the focus and around its direct neighbours.
 */
export function neighbourhood(focus: number, edges: readonly Edge[], statusOf: (id: number) => Status | null): Near[] {
  const next = {
    upstream: Map.groupBy(edges, ({ downstreamId }) => downstreamId),
    downstream: Map.groupBy(edges, ({ upstreamId }) => upstreamId),
  }
  const drawn = new Map<number, Near>([[focus, { id: focus, side: 'focus', hop: 0 }]])
  const rank = (id: number) => severity(statusOf(id))
  for (let hop = 1; hop <= HOPS; hop += 1) {
    const sides = SIDES.map((side) => {
      const from = [...drawn.values()].filter((near) => near.hop === hop - 1 && (near.side === side || near.side === 'focus'))
      const ids = new Set(
        from.flatMap(({ id }) => (next[side].get(id) ?? []).map((edge) => (side === 'upstream' ? edge.upstreamId : edge.downstreamId))),
      )
      const open = [...ids].filter((id) => !drawn.has(id)).sort((a, b) => rank(a) - rank(b) || a - b)
      return open.slice(0, DRAWN_TOGETHER).map((id): Near => ({ id, side, hop }))
    })
    for (const near of alternately(sides)) if (drawn.size < DRAWN && !drawn.has(near.id)) drawn.set(near.id, near)
  }
  return [...drawn.values()]
}

/** The first of each, the second of each, and so on: neither side takes the room of the other. */
function alternately<T>(lists: readonly (readonly T[])[]): T[] {
  const longest = Math.max(...lists.map(({ length }) => length))
  return Array.from({ length: longest }, (_, position) => lists.flatMap((list) => list.slice(position, position + 1))).flat()
}

/** Whether what lies right before (`isUpstream`) or right after something is drawn with it: on its side of the focus, and no farther away than anything else. */
export function hasRoomBeside({ side, hop }: Near, isUpstream: boolean): boolean {
  return hop < HOPS && (side === 'focus' || (side === 'upstream') === isUpstream)
}

/** How much more something drawn is made from, or goes into, than is drawn. */
export interface Cut {
  id: number
  side: Side
  more: number
}

/**
 * What is not drawn, counted at what is drawn on its side of the focus: what else a source goes into is no lineage of the focus. The edges are all that touch
 * something drawn.
 */
export function cutOff(drawn: readonly Near[], edges: readonly Edge[]): Cut[] {
  const sideOf = new Map(drawn.map(({ id, side }) => [id, side]))
  const more = new Map<string, Cut>()
  for (const { upstreamId, downstreamId } of edges) {
    if (sideOf.has(upstreamId) === sideOf.has(downstreamId)) continue
    const [id, side]: [number, Side] = sideOf.has(upstreamId) ? [upstreamId, 'downstream'] : [downstreamId, 'upstream']
    if (sideOf.get(id) !== side && sideOf.get(id) !== 'focus') continue
    const known = more.get(`${id} ${side}`)
    if (known === undefined) more.set(`${id} ${side}`, { id, side, more: 1 })
    else known.more += 1
  }
  return [...more.values()]
}
