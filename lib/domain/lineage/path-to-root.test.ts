import { describe, expect, it } from 'vitest'
import type { Status } from '#lib/domain/freshness/status.ts'
import type { Edge } from './edge.ts'
import { assetsAfter, explainingEdges, pathsToRoot, rootsOf, type Standing } from './path-to-root.ts'

const standing = (id: number, status: Status | null, since: number | null = null): Standing => ({ id, status, since })
const byId = (...all: Standing[]) => new Map(all.map((each) => [each.id, each]))
/** `[1, 2, 3]`: 2 is made from 1, 3 from 2. */
const chain = (...ids: number[]): Edge[] => ids.slice(1).map((downstreamId, at) => ({ upstreamId: ids[at] ?? 0, downstreamId }))

describe('the path to the root', () => {
  it('leads from the topmost unhealthy ancestor down to the asset', () => {
    const found = pathsToRoot(
      4,
      byId(standing(1, 'fresh', 0), standing(2, 'stale', 10), standing(3, 'late', 20), standing(4, 'late', 20)),
      chain(1, 2, 3, 4),
    )
    expect(found).toEqual([[2, 3, 4]])
  })

  it('does not blame what turned later than what is made from it', () => {
    expect(pathsToRoot(3, byId(standing(1, 'stale', 30), standing(2, 'stale', 10), standing(3, 'late', 20)), chain(1, 2, 3))).toEqual([
      [2, 3],
    ])
  })

  it('is the asset alone where nothing above explains it, and nothing where nothing is wrong', () => {
    expect(pathsToRoot(2, byId(standing(1, 'fresh', 0), standing(2, 'stale', 10)), chain(1, 2))).toEqual([[2]])
    expect(pathsToRoot(2, byId(standing(1, 'stale', 0), standing(2, 'fresh', 10)), chain(1, 2))).toEqual([])
    expect(pathsToRoot(2, byId(standing(1, 'stale', 0), standing(2, 'maintenance', 10)), chain(1, 2))).toEqual([])
  })

  it('goes through three in a row that nothing is promised about, and no further', () => {
    const between = [2, 3, 4, 5].map((id) => standing(id, null))
    const all = byId(standing(1, 'stale', 10), ...between, standing(6, 'late', 20))
    expect(pathsToRoot(6, all, chain(1, 2, 3, 4, 6))).toEqual([[1, 2, 3, 4, 6]])
    expect(pathsToRoot(6, all, chain(1, 2, 3, 4, 5, 6))).toEqual([[6]])
  })

  it('tells each of several roots, what turned first first, and three at most', () => {
    const roots = [1, 2, 3, 4].map((id) => standing(id, 'stale', 50 - id))
    const all = byId(...roots, standing(9, 'late', 60))
    expect(
      pathsToRoot(
        9,
        all,
        [1, 2, 3, 4].flatMap((id) => chain(id, 9)),
      ),
    ).toEqual([
      [4, 9],
      [3, 9],
      [2, 9],
    ])
  })

  it('takes the shortest way to a root that is reached by two, and tells it once', () => {
    const all = byId(standing(1, 'stale', 1), standing(2, 'late', 2), standing(3, 'late', 3), standing(4, 'late', 4))
    expect(pathsToRoot(4, all, [...chain(1, 2, 3, 4), ...chain(2, 4)])).toEqual([[1, 2, 4]])
  })

  it('ends among assets that are made from each other and turned together', () => {
    const all = byId(standing(1, 'unknown', 5), standing(2, 'unknown', 5), standing(3, 'unknown', 5))
    expect(pathsToRoot(3, all, [...chain(1, 2, 1), ...chain(2, 3)])).toEqual([[1, 2, 3]])
  })
})

describe('the roots of what is broken', () => {
  it('are the unhealthy that nothing above explains, the worst first', () => {
    const all = [
      standing(1, 'late', 1),
      standing(2, 'stale', 2),
      standing(3, 'stale', 9),
      standing(4, 'fresh', 0),
      standing(5, 'unknown', 3),
    ]
    expect(rootsOf(all, [...chain(1, 2), ...chain(4, 3)]).map(({ id }) => id)).toEqual([3, 1, 5])
  })

  it('name one of those that are made from each other and turned together', () => {
    expect(rootsOf([standing(1, 'stale', 1), standing(2, 'stale', 1)], chain(1, 2, 1)).map(({ id }) => id)).toEqual([1])
  })
})

it('tells the edges along which trouble comes down, each once, and no other', () => {
  const all = [
    standing(1, 'stale', 1),
    standing(2, null),
    standing(3, 'late', 5),
    standing(4, 'late', 6),
    standing(5, 'fresh', 0),
    standing(6, 'late', 2),
  ]
  const edges = [...chain(1, 2, 3), ...chain(2, 4), ...chain(3, 4), ...chain(5, 4), ...chain(3, 6)]
  expect(
    explainingEdges(all, edges)
      .map(({ upstreamId, downstreamId }) => [upstreamId, downstreamId])
      .sort(),
  ).toEqual([
    [1, 2],
    [2, 3],
    [2, 4],
    [3, 4],
  ])
})

it('finds what comes after an asset once, by whatever ways', () => {
  const edges = Map.groupBy([...chain(1, 2, 4), ...chain(1, 3, 4, 1)], ({ upstreamId }) => upstreamId)
  expect(assetsAfter(1, edges)).toEqual(new Set([2, 3, 4]))
  expect(assetsAfter(9, edges)).toEqual(new Set())
})
