import { describe, expect, it } from 'vitest'
import { asset, chain, failing, graph, heldBy, waysTo } from '#lib/testing/history/cause-graphs.ts'
import type { CauseGraph } from './cause.ts'
import { findCauses } from './find-causes.ts'

const rootsOf = (given: CauseGraph, id: number) =>
  findCauses(given)
    .rootsOf(id)
    .map(({ key }) => key)

describe('the roots of what is wrong', () => {
  it('are what is unhealthy and explained by nothing above, with all that comes down to them', () => {
    const given = graph(
      [asset(1, 'fresh', 0), asset(2, 'stale', 10), asset(3, 'late', 20), asset(4, 'unknown', 20), asset(5, 'late', 5)],
      chain(1, 2, 3, 4),
    )
    expect(findCauses(given).all).toEqual([
      { key: 'asset:2', since: 10, status: 'stale', heldIds: [2, 3, 4], atRisk: [] },
      { key: 'asset:5', since: 5, status: 'late', heldIds: [5], atRisk: [] },
    ])
    expect(waysTo(given, 4)).toEqual(['2 3 4'])
    expect(waysTo(given, 5)).toEqual(['5'])
  })

  it.each(['fresh', 'maintenance', null] as const)('are none of what is %s', (status) => {
    const given = graph([asset(1, 'stale', 0), asset(2, status, 10)], chain(1, 2))
    expect(rootsOf(given, 2)).toEqual([])
    expect(waysTo(given, 2)).toEqual([])
    expect(heldBy(given)).toEqual({ 'asset:1': [1] })
  })

  it('are its own where it turned before what it is made from, also when that has a root', () => {
    const given = graph([asset(1, 'stale', 10), asset(2, 'stale', 30), asset(3, 'late', 20)], chain(1, 2, 3))
    expect(heldBy(given)).toEqual({ 'asset:1': [1, 2], 'asset:3': [3] })
  })

  it('are what blocks a follower now, though another did before', () => {
    const blocked = { isBlocked: true }
    const given = graph(
      [asset(1, 'fresh', 9), asset(2, 'stale', 7), asset(3, 'stale', 4, blocked), asset(4, 'stale', 4, blocked)],
      [...chain(1, 3, 4), ...chain(2, 3)],
    )
    expect(waysTo(given, 4)).toEqual(['2 3 4'])
    expect(waysTo({ ...given, assets: given.assets.map((one) => ({ ...one, isBlocked: false })) }, 4)).toEqual(['3 4'])
  })

  it('are no more than three in a row away that nothing is promised about', () => {
    const between = [2, 3, 4, 5].map((id) => asset(id, null))
    const all = [asset(1, 'stale', 10), ...between, asset(6, 'late', 20)]
    expect(waysTo(graph(all, chain(1, 2, 3, 4, 6)), 6)).toEqual(['1 (2) (3) (4) 6'])
    expect(waysTo(graph(all, chain(1, 2, 3, 4, 5, 6)), 6)).toEqual(['6'])
    // Something unhealthy in between begins the count anew.
    const again = [asset(1, 'stale', 10), ...[2, 3, 4, 6, 7, 8].map((id) => asset(id, null)), asset(5, 'late', 10), asset(9, 'late', 20)]
    expect(waysTo(graph(again, chain(1, 2, 3, 4, 5, 6, 7, 8, 9)), 9)).toEqual(['1 (2) (3) (4) 5 (6) (7) (8) 9'])
  })

  it('are all told, by what is worst, then what began first, then what holds most', () => {
    const given = graph(
      [
        ...[asset(1, 'unknown', 1), asset(2, 'late', 3), asset(3, 'stale', 9), asset(4, 'late', 2), asset(5, 'late', 3)],
        ...[asset(9, 'late', 20, { flow: 'load' }), asset(10, 'late', 20)],
      ],
      [1, 2, 3, 4, 5].flatMap((id) => chain(id, 9)).concat(chain(5, 10)),
      { work: [failing('load', 0, { saysWhy: true })] },
    )
    expect(rootsOf(given, 9)).toEqual(['flow:load', 'asset:3', 'asset:4', 'asset:5', 'asset:2', 'asset:1'])
  })

  it('are reached by the shortest way where there are several, and told once', () => {
    const all = [asset(1, 'stale', 1), asset(2, 'late', 2), asset(3, 'late', 3), asset(4, 'late', 4)]
    expect(waysTo(graph(all, [...chain(1, 2, 3, 4), ...chain(2, 4)]), 4)).toEqual(['1 2 4'])
    const diamond = graph(all, [...chain(1, 2, 4), ...chain(1, 3, 4)])
    expect(waysTo(diamond, 4)).toEqual(['1 2 4'])
    expect(heldBy(diamond)).toEqual({ 'asset:1': [1, 2, 3, 4] })
  })

  it('are one of those that are made from each other and turned together', () => {
    const all = [asset(1, 'unknown', 5), asset(2, 'unknown', 5), asset(3, 'unknown', 5), asset(4, 'late', 9)]
    const given = graph(all, [...chain(1, 2, 1), ...chain(2, 3), ...chain(4, 4)])
    expect(heldBy(given)).toEqual({ 'asset:1': [1, 2, 3], 'asset:4': [4] })
    expect(waysTo(given, 3)).toEqual(['1 2 3'])
  })

  it('are two where two broke, each with what it alone holds and what both do', () => {
    const all = [asset(1, 'stale', 1), asset(2, 'stale', 2), asset(3, 'late', 3), asset(4, 'late', 4), asset(5, 'late', 5)]
    const given = graph(all, [...chain(1, 3, 4), ...chain(2, 4), ...chain(2, 5)])
    expect(heldBy(given)).toEqual({ 'asset:1': [1, 3, 4], 'asset:2': [2, 4, 5] })
    expect(waysTo(given, 4)).toEqual(['1 3 4', '2 4'])
  })

  it('have no name where the reader does not see them, and nothing of them is counted', () => {
    const unseen = { isUnseen: true }
    const given = graph(
      [asset(-1, 'stale', 10, unseen), asset(-2, 'late', 90, unseen), asset(2, 'late', 20), asset(3, 'fresh', 0)],
      [...chain(-1, 2, 3), ...chain(-2, 3)],
    )
    expect(findCauses(given).all).toEqual([{ key: 'unseen:10', since: 10, status: 'stale', heldIds: [2], atRisk: [] }])
    expect(waysTo(given, 2)).toEqual(['unseen:10 2'])
  })

  it('are one where several that the reader does not see turned together, and nothing where these hold nothing', () => {
    const unseen = { isUnseen: true }
    const given = graph(
      [asset(-1, 'stale', 10, unseen), asset(-2, 'stale', 10, unseen), asset(1, 'late', 20), asset(2, 'late', 30), asset(3, 'late', 5)],
      [...chain(-1, 1), ...chain(-2, 2), ...chain(-2, 3)],
    )
    expect(heldBy(given)).toEqual({ 'unseen:10': [1, 2], 'asset:3': [3] })
    expect(waysTo(given, 1)).toEqual(['unseen:10 1'])
    expect(waysTo(given, 2)).toEqual(['unseen:10 2'])
  })

  it('come in the order of what they hold where they are as bad and as old', () => {
    const all = [asset(1, 'late', 5), asset(2, 'late', 5), asset(3, 'late', 6), asset(4, 'late', 6)]
    const given = graph(all, [...chain(1, 3), ...chain(2, 3), ...chain(2, 4)])
    expect(rootsOf(given, 3)).toEqual(['asset:2', 'asset:1'])
    expect(findCauses(given).rootsOf(99)).toEqual([])
    expect(findCauses(given).pathsTo(99)).toEqual([])
  })

  it('are found at the end of ten thousand that are made from each other, without an overflow', () => {
    const ids = Array.from({ length: 10_000 }, (_, id) => id)
    const given = graph(
      ids.map((id) => asset(id, 'late', id + 1)),
      chain(...ids),
    )
    expect(rootsOf(given, 9_999)).toEqual(['asset:0'])
    expect(findCauses(given).pathsTo(9_999)[0]?.steps).toHaveLength(10_000)
  })
})

describe('what the trouble of an asset begins with', () => {
  const beginnings = (given: CauseGraph, id: number) =>
    findCauses(given)
      .beginningsOf(id)
      .map(({ key, cause }) => (cause === null || cause.key === key ? key : `${key} by ${cause.key}`))

  it('are the assets that no asset explains, with what they come down to themselves', () => {
    const given = graph(
      [
        ...[
          asset(1, 'late', 12, { flow: 'load' }),
          asset(2, 'late', 11, { flow: 'load' }),
          asset(3, 'stale', 5),
          asset(4, 'late', 20),
          asset(5, 'late', 21),
        ],
        ...[asset(-1, 'late', 8, { isUnseen: true }), asset(6, 'fresh', 0)],
      ],
      [...chain(1, 4, 5), ...chain(2, 4), ...chain(3, 4), ...chain(-1, 5)],
      { work: [failing('load', 10)] },
    )
    expect(beginnings(given, 5)).toEqual(['asset:3', 'unseen:8', 'asset:2 by flow:load', 'asset:1 by flow:load'])
    expect(beginnings(given, 3)).toEqual(['asset:3'])
    expect(beginnings(given, 6)).toEqual([])
  })

  it('is what a failing flow reads, where that explains it, and one of those that are made from each other', () => {
    const read = graph([asset(1, 'stale', 5), asset(2, 'late', 20, { flow: 'load' })], chain(1, 2), { work: [failing('load', 10)] })
    expect(beginnings(read, 2)).toEqual(['asset:1'])
    expect(
      beginnings(graph([asset(1, 'late', 5), asset(2, 'late', 5), asset(3, 'late', 6)], chain(1, 2, 1).concat(chain(2, 3))), 3),
    ).toEqual(['asset:1'])
  })
})
