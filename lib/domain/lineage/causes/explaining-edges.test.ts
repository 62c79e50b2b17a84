import { expect, it } from 'vitest'
import { asset, chain } from '#lib/testing/history/cause-graphs.ts'
import { explainingEdges } from './explaining-edges.ts'

it('tells the edges along which trouble comes down, each once, and no other', () => {
  const all = [asset(1, 'stale', 1), asset(2, null), asset(3, 'late', 5), asset(4, 'late', 6), asset(5, 'fresh', 0), asset(6, 'late', 2)]
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
