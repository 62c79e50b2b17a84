import { describe, expect, it } from 'vitest'
import type { Status } from '#lib/domain/freshness/status.ts'
import type { Edge } from '#lib/domain/lineage/edge.ts'
import type { CauseAsset, CauseGraph, FailingWork } from './cause.ts'
import { findCauses } from './find-causes.ts'

const asset = (id: number, status: Status | null, since: number | null = null, more: Partial<CauseAsset> = {}): CauseAsset => ({
  ...{ id, status, since, connection: null, flow: null, job: null },
  ...more,
})
/** `[1, 2, 3]`: 2 is made from 1, 3 from 2. */
const chain = (...ids: number[]): Edge[] => ids.slice(1).map((downstreamId, at) => ({ upstreamId: ids[at] ?? 0, downstreamId }))
const failing = (name: string, since: number, more: Partial<FailingWork> = {}): FailingWork => ({
  ...{ kind: 'flow' as const, name, since, problem: null, connections: [] },
  ...more,
})
const graph = (assets: CauseAsset[], edges: Edge[] = [], more: Partial<CauseGraph> = {}): CauseGraph => ({
  ...{ assets, edges, connections: [], work: [] },
  ...more,
})

const rootsOf = (given: CauseGraph, id: number) =>
  findCauses(given)
    .rootsOf(id)
    .map(({ key }) => key)
/** The ways down to an asset, what is inferred in brackets. */
const waysTo = (given: CauseGraph, id: number) =>
  findCauses(given)
    .pathsTo(id)
    .map(({ steps }) => steps.map(({ key, isInferred }) => (isInferred ? `(${key})` : key).replaceAll('asset:', '')).join(' '))
const heldBy = (given: CauseGraph) => Object.fromEntries(findCauses(given).all.map(({ key, heldIds }) => [key, heldIds]))

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
      { work: [failing('load', 0, { problem: 'no answer' })] },
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
})

describe('a connection that is down', () => {
  const down = { connections: [{ key: 'sap', since: 10 }] }
  const sap = { connection: 'sap' }

  it('explains what lies behind it and turned since the last good look', () => {
    const given = graph([asset(1, 'unknown', 10, sap), asset(2, 'late', 9, sap), asset(3, 'unknown', 30, sap)], [], down)
    expect(heldBy(given)).toEqual({ 'connection:sap': [1, 3], 'asset:2': [2] })
  })

  it('is no reason of its own for what has another that is older', () => {
    const given = graph([asset(1, 'late', 5, sap), asset(2, 'late', 20)], chain(1, 2), down)
    expect(rootsOf(given, 2)).toEqual(['asset:1'])
  })

  it('explains what is made from what lies behind it, though that turned later or is not judged', () => {
    const turnedLater = graph([asset(1, 'unknown', 50, sap), asset(2, 'late', 20)], chain(1, 2), down)
    expect(waysTo(turnedLater, 2)).toEqual(['connection:sap 1 2'])
    const unjudged = graph([asset(1, null, null, sap), asset(2, 'late', 20)], chain(1, 2), down)
    expect(waysTo(unjudged, 2)).toEqual(['connection:sap (1) 2'])
    const healthy = graph([asset(1, 'fresh', 0, sap), asset(2, 'late', 20)], chain(1, 2), down)
    expect(waysTo(healthy, 2)).toEqual(['2'])
  })

  it('explains a flow that reads from it, writes to it or speaks to it, and all of these', () => {
    const work = [failing('a', 20), failing('b', 20), failing('c', 20, { connections: ['sap'] }), failing('d', 9, { connections: ['sap'] })]
    const tables = ['a', 'b', 'c', 'd'].map((flow, at) => asset(at + 1, 'late', 30, { flow, connection: flow === 'b' ? 'sap' : 'lake' }))
    const given = graph([...tables, asset(9, null, null, sap)], chain(9, 1), { ...down, work })
    expect(heldBy(given)).toEqual({ 'connection:sap': [1, 2, 3], 'flow:d': [4] })
    expect(waysTo(given, 1)).toEqual(['connection:sap (9) flow:a 1'])
    expect(waysTo(given, 2)).toEqual(['connection:sap flow:b 2'])
  })

  it('is where a chain over source, flow, table, view and dashboard begins', () => {
    const given = graph(
      [
        ...[asset(1, 'unknown', 25, sap), asset(2, 'late', 30, { flow: 'people', connection: 'lake' })],
        ...[asset(3, 'late', 30, { connection: 'lake' }), asset(4, 'late', 30, { connection: 'looker' })],
      ],
      chain(1, 2, 3, 4),
      { ...down, work: [failing('people', 20, { problem: 'no answer', connections: ['sap', 'lake'] })] },
    )
    expect(heldBy(given)).toEqual({ 'connection:sap': [1, 2, 3, 4] })
    expect(waysTo(given, 4)).toEqual(['connection:sap 1 flow:people 2 3 4'])
  })
})

describe('a flow or job that fails', () => {
  it('explains what it writes and all that is made of it, as one root', () => {
    const given = graph(
      [
        asset(1, 'late', 20, { flow: 'load' }),
        asset(2, 'stale', 25, { flow: 'load' }),
        asset(3, 'late', 30),
        asset(4, 'late', 9, { flow: 'load' }),
      ],
      chain(1, 3),
      { work: [failing('load', 10, { problem: 'no answer' })] },
    )
    expect(heldBy(given)).toEqual({ 'flow:load': [1, 2, 3], 'asset:4': [4] })
    expect(waysTo(given, 3)).toEqual(['flow:load 1 3'])
  })

  it('explains by way of a table that nothing is promised about, or that turned later', () => {
    const work = [failing('load', 10)]
    expect(waysTo(graph([asset(1, null, null, { flow: 'load' }), asset(2, 'late', 20)], chain(1, 2), { work }), 2)).toEqual([
      'flow:load (1) 2',
    ])
    expect(waysTo(graph([asset(1, 'late', 60, { flow: 'load' }), asset(2, 'late', 20)], chain(1, 2), { work }), 2)).toEqual([
      'flow:load 1 2',
    ])
  })

  it('is explained by what it reads, as long as that was wrong before it began to fail', () => {
    const made = (since: number) =>
      graph([asset(1, 'stale', since), asset(2, null), asset(3, 'late', 30, { flow: 'load' })], chain(1, 2, 3), {
        work: [failing('load', 20)],
      })
    expect(waysTo(made(20), 3)).toEqual(['1 (2) flow:load 3'])
    expect(heldBy(made(20))).toEqual({ 'asset:1': [1, 3] })
    // What turned in between is a reason of the table beside it.
    expect(waysTo(made(25), 3)).toEqual(['1 (2) 3', 'flow:load 3'])
  })

  it('is not explained by what it writes itself', () => {
    const given = graph(
      [asset(1, 'late', 10, { flow: 'load' }), asset(2, 'late', 10, { flow: 'load' })],
      [...chain(1, 2), ...chain(1, 1), ...chain(2, 1)],
      { work: [failing('load', 10)] },
    )
    expect(heldBy(given)).toEqual({ 'flow:load': [1, 2] })
  })

  it('is one root with another that feeds it and that it feeds', () => {
    const given = graph([asset(1, 'late', 20, { flow: 'a' }), asset(2, 'late', 20, { flow: 'b' })], chain(1, 2, 1), {
      work: [failing('b', 10), failing('a', 10)],
    })
    expect(heldBy(given)).toEqual({ 'flow:a': [1, 2] })
    expect(waysTo(given, 2)).toEqual(['flow:a 1 flow:b 2'])
  })

  it('of another system is about no more than its runs say', () => {
    const job = { job: 'dbt/build' }
    const given = graph([asset(1, 'late', 20, job), asset(2, 'late', 20, job)], [], {
      work: [failing('dbt/build', 10, { kind: 'job', writes: new Set([2]) })],
    })
    expect(heldBy(given)).toEqual({ 'job:dbt/build': [2], 'asset:1': [1] })
  })

  it('comes first when it says why, whatever else is wrong', () => {
    const assets = [asset(1, 'stale', 1), asset(2, 'late', 20, { flow: 'a' }), asset(3, 'unknown', 20, { flow: 'b' })]
    const work = [failing('a', 10), failing('b', 10, { problem: 'no answer' })]
    expect(findCauses(graph(assets, [], { work })).all.map(({ key }) => key)).toEqual(['flow:b', 'asset:1', 'flow:a'])
  })
})
