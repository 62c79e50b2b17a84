import { describe, expect, it } from 'vitest'
import { asset, chain, failing, graph, heldBy, waysTo } from '#lib/testing/history/cause-graphs.ts'
import { findCauses } from './find-causes.ts'

describe('a connection that is down', () => {
  const down = { connections: [{ key: 'sap', since: 10 }] }
  const sap = { connection: 'sap' }

  it('explains what lies behind it and turned since the last good look', () => {
    const given = graph([asset(1, 'unknown', 10, sap), asset(2, 'late', 9, sap), asset(3, 'unknown', 30, sap)], [], down)
    expect(heldBy(given)).toEqual({ 'connection:sap': [1, 3], 'asset:2': [2] })
  })

  it('is no reason of its own for what has another that is older', () => {
    const given = graph([asset(1, 'late', 5, sap), asset(2, 'late', 20)], chain(1, 2), down)
    expect(waysTo(given, 2)).toEqual(['1 2'])
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

  it('explains a run that began before it went down and failed afterwards, and nothing that had failed by then', () => {
    const work = [failing('cut', 5, { connections: ['sap'], failedAt: 12 }), failing('own', 5, { connections: ['sap'], failedAt: 9 })]
    const tables = ['cut', 'own'].map((flow, at) => asset(at + 1, 'late', 30, { flow, connection: 'lake' }))
    expect(heldBy(graph(tables, [], { ...down, work }))).toEqual({ 'connection:sap': [1], 'flow:own': [2] })
  })

  it('is where a chain over source, flow, table, view and dashboard begins', () => {
    const given = graph(
      [
        ...[asset(1, 'unknown', 25, sap), asset(2, 'late', 30, { flow: 'people', connection: 'lake' })],
        ...[asset(3, 'late', 30, { connection: 'lake' }), asset(4, 'late', 30, { connection: 'looker' })],
      ],
      chain(1, 2, 3, 4),
      { ...down, work: [failing('people', 20, { saysWhy: true, connections: ['sap', 'lake'] })] },
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
      { work: [failing('load', 10, { saysWhy: true })] },
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
    const work = [failing('a', 10), failing('b', 10, { saysWhy: true })]
    expect(findCauses(graph(assets, [], { work })).all.map(({ key }) => key)).toEqual(['flow:b', 'asset:1', 'flow:a'])
  })
})
