import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { DatedEdge } from './edge.ts'
import { circularStretches, inLineageOrder } from './lineage-order.ts'

const edge = (upstreamId: number, downstreamId: number, from = 0, to: number | null = null): DatedEdge => ({
  upstreamId,
  downstreamId,
  from,
  to,
})

describe('the order of the lineage', () => {
  test('what something is made from comes in an earlier level, whatever the ids', () => {
    const levels = inLineageOrder([1, 2, 3, 4], [edge(4, 2), edge(2, 1), edge(4, 1)])
    expect(levels.map((level) => level.flat().sort())).toEqual([[3, 4], [2], [1]])
  })

  test('what is made from each other, if only at different times, is one knot', () => {
    expect(inLineageOrder([1, 2, 3], [edge(1, 2, 0, 5), edge(2, 1, 5), edge(2, 3)])).toEqual([[[1, 2]], [[3]]])
  })

  test('edges to anything else do not matter', () => {
    expect(inLineageOrder([1], [edge(9, 1), edge(1, 8)])).toEqual([[[1]]])
  })

  test('a chain of ten thousand does not overflow', () => {
    const ids = Array.from({ length: 10_000 }, (_, id) => id)
    expect(
      inLineageOrder(
        ids,
        ids.slice(1).map((id) => edge(id, id - 1)),
      ),
    ).toHaveLength(10_000)
  })

  test('every asset stands in it once, and every edge leads onwards or stays in a knot', () => {
    const someEdges = fc.array(fc.tuple(fc.integer({ min: 0, max: 7 }), fc.integer({ min: 0, max: 7 })), { maxLength: 14 })
    fc.assert(
      fc.property(someEdges, (pairs) => {
        const ids = [0, 1, 2, 3, 4, 5, 6, 7]
        const edges = pairs.filter(([up, down]) => up !== down).map(([up, down]) => edge(up, down))
        const levels = inLineageOrder(ids, edges)
        expect(levels.flat(2).sort()).toEqual(ids)
        const levelOf = (id: number) => levels.findIndex((level) => level.flat().includes(id))
        const knotOf = (id: number) => levels.flat().find((knot) => knot.includes(id))
        for (const { upstreamId, downstreamId } of edges) {
          expect(levelOf(upstreamId) < levelOf(downstreamId) || knotOf(upstreamId) === knotOf(downstreamId)).toBe(true)
          const isBack = reaches(edges, downstreamId, upstreamId)
          expect(knotOf(upstreamId) === knotOf(downstreamId)).toBe(isBack)
        }
      }),
    )
  })
})

function reaches(edges: readonly DatedEdge[], from: number, to: number): boolean {
  const seen = new Set([from])
  for (const id of seen) for (const { upstreamId, downstreamId } of edges) if (upstreamId === id) seen.add(downstreamId)
  return seen.has(to)
}

describe('circles', () => {
  test('last as long as all of their edges', () => {
    const edges = [edge(1, 2, 0, 50), edge(2, 3, 10), edge(3, 1, 20, 40), edge(9, 1)]
    expect(circularStretches(edges)).toEqual([edge(1, 2, 20, 40), edge(2, 3, 20, 40), edge(3, 1, 20, 40)])
  })

  test('are none where the edges were never there at once', () => {
    expect(circularStretches([edge(1, 2, 0, 5), edge(2, 1, 5)])).toEqual([])
  })

  test('go on to this day, in one stretch, while others come and go', () => {
    expect(circularStretches([edge(1, 2), edge(2, 1, 3), edge(2, 3, 5, 9)])).toEqual([edge(1, 2, 3), edge(2, 1, 3)])
  })
})
