import { describe, expect, it } from 'vitest'
import type { Status } from '#lib/domain/freshness/status.ts'
import type { Edge } from '#lib/domain/lineage/edge.ts'
import { asset as anAsset, chain } from '#lib/testing/history/cause-graphs.ts'
import type { CauseAsset, CauseGraph } from './cause.ts'
import { findCauses } from './find-causes.ts'

const asset = (id: number, status: Status | null, more: Partial<CauseAsset> = {}) => anAsset(id, status, status === null ? null : 10, more)
const fresh = (id: number, lateAt: number | null, more: Partial<CauseAsset> = {}) => asset(id, 'fresh', { lateAt, ...more })
const follower = (id: number, lateAt: number | null = null) => fresh(id, lateAt, { isFollower: true })
/** `id at instant` of each, by the root that it is below. */
const riskIn = (assets: CauseAsset[], edges: Edge[], more: Partial<CauseGraph> = {}) =>
  Object.fromEntries(
    findCauses({ assets, edges, connections: [], work: [], ...more }).all.map(({ key, atRisk }) => [
      key,
      atRisk.map(({ id, at }) => `${id} at ${at}`),
    ]),
  )

describe('what is fresh below a root', () => {
  it('turns at its own limit, however far below, the soonest first', () => {
    expect(riskIn([asset(1, 'late'), asset(2, 'stale'), fresh(3, 90), fresh(4, 80), fresh(5, 70)], chain(1, 2, 3, 4))).toEqual({
      'asset:1': ['4 at 80', '3 at 90'],
    })
  })

  it('is not at risk where it is loaded anyway, nor what is made from that', () => {
    const anyway = fresh(2, 50, { isLoadedAnyway: true })
    expect(riskIn([asset(1, 'late'), anyway, fresh(3, 60), fresh(4, 70)], [...chain(1, 2, 3), ...chain(1, 4)])).toEqual({
      'asset:1': ['4 at 70'],
    })
  })

  it('is reached through three in a row that nothing is promised about, and through no more', () => {
    const between = [2, 3, 4, 6, 7, 8, 9].map((id) => asset(id, null))
    const all = [asset(1, 'late'), ...between, fresh(5, 50), fresh(10, 60)]
    expect(riskIn(all, [...chain(1, 2, 3, 4, 5), ...chain(5, 6, 7, 8, 9, 10)])).toEqual({ 'asset:1': ['5 at 50'] })
    // The shorter of two ways counts, whichever comes first.
    expect(riskIn(all, [...chain(1, 2, 3, 4, 5), ...chain(5, 6, 7, 8, 9, 10), ...chain(5, 9)])).toEqual({
      'asset:1': ['5 at 50', '10 at 60'],
    })
  })

  it('turns with what it follows, be that before a limit of its own or for want of one', () => {
    const all = [asset(1, 'late'), fresh(2, 70), follower(3), follower(4, 60), follower(5, 90), follower(6)]
    expect(riskIn(all, [...chain(1, 2, 3, 6), ...chain(2, 4), ...chain(2, 5)])).toEqual({
      'asset:1': ['4 at 60', '2 at 70', '3 at 70', '5 at 70', '6 at 70'],
    })
  })

  it('is not at risk where it has no limit, nor what is hidden by announced work', () => {
    expect(riskIn([asset(1, 'late'), fresh(2, null), asset(3, 'maintenance'), fresh(4, 50)], [...chain(1, 2), ...chain(1, 3, 4)])).toEqual({
      'asset:1': [],
    })
  })

  it('is not told of by what is merely unknown, but by what is late below that', () => {
    const all = [asset(1, 'unknown'), fresh(2, 50), asset(3, 'late', { since: 20 }), fresh(4, 60)]
    expect(riskIn(all, [...chain(1, 2), ...chain(1, 3, 4)])).toEqual({ 'asset:1': ['4 at 60'] })
  })

  it('ends among assets that are made from each other', () => {
    expect(riskIn([asset(1, 'late'), fresh(2, 50), follower(3)], chain(1, 2, 3, 2, 1))).toEqual({ 'asset:1': ['2 at 50', '3 at 50'] })
  })
})

describe('a system that fails', () => {
  it('puts at risk what lies behind it or is made of that, before anything is late', () => {
    const sap = { connection: 'sap' }
    const all = [asset(1, null, sap), fresh(2, 70, { flow: 'people' }), fresh(3, 60, sap), asset(4, 'unknown', sap), fresh(5, 50)]
    const down = { connections: [{ key: 'sap', since: 5 }] }
    expect(riskIn(all, [...chain(1, 2), ...chain(4, 5)], down)).toEqual({ 'connection:sap': ['5 at 50', '3 at 60', '2 at 70'] })
    const work = [{ kind: 'flow' as const, name: 'people', since: 5, saysWhy: true, connections: [] }]
    expect(riskIn(all.slice(0, 2), chain(1, 2), { work })).toEqual({ 'flow:people': ['2 at 70'] })
  })

  it('is told last while it holds nothing back, and not at all where nothing is at risk', () => {
    const connections = [
      { key: 'sap', since: 1 },
      { key: 'unused', since: 1 },
    ]
    const all = [fresh(1, 60, { connection: 'sap' }), asset(2, 'unknown')]
    const found = findCauses({ assets: all, edges: [], connections, work: [] }).all
    expect(found.map(({ key, status, heldIds }) => [key, status, heldIds])).toEqual([
      ['asset:2', 'unknown', [2]],
      ['connection:sap', null, []],
    ])
  })
})
