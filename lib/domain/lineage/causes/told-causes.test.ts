import { expect, it } from 'vitest'
import type { Status } from '#lib/domain/freshness/status.ts'
import type { GoodAgain } from '#lib/domain/lineage/again/again.ts'
import type { Cause } from './cause.ts'
import { againOfFeeds, riskOfFeeds, type ToldFeed, toldCauses } from './told-causes.ts'

const cause = (more: Partial<Cause>): Cause => ({ key: 'connection:sap', since: 100, status: 'late', heldIds: [], atRisk: [], ...more })
const feed = (id: number, status: Status | null, since = 0): ToldFeed => ({ id, key: `f${id}`, name: `F ${id}`, status, since })
const by = (at: number, more: Partial<Extract<GoodAgain, { kind: 'by' }>> = {}): GoodAgain => ({
  ...{ kind: 'by', at, tryAt: at - 5, isLook: false, ifAnswering: ['sap'], ifSucceeding: [] },
  ...more,
})
const never: GoodAgain = { kind: 'no-date', because: 'it is paused', ask: null }

/** Assets 10, 11 are of feed 1, 20 of 2, 30 of 3; 99 is of none that is judged by it. */
const feedOf = new Map([
  [10, 1],
  [11, 1],
  [20, 2],
  [30, 3],
])
const judged = (feeds: ToldFeed[], again: [number, GoodAgain][] = []) => ({ feeds, feedOf, again: new Map(again), riskUntil: 1000 })
const shown = (causes: Cause[], ...given: Parameters<typeof judged>) =>
  toldCauses(causes, judged(...given)).map(
    ({ cause: { key }, held, atRisk }) => `${key}: ${held.map(({ key }) => key)}; ${atRisk.map(({ key, at }) => `${key} ${at}`)}`,
  )

it('a cause is told by the feeds that are judged by what it holds back, each once, the worst first', () => {
  const feeds = [feed(1, 'late'), feed(2, 'stale'), feed(3, 'late', -5)]
  expect(shown([cause({ heldIds: [10, 11, 20, 30, 99] })], feeds)).toEqual(['connection:sap: f2,f3,f1; '])
})

it('what holds back no feed and will not soon is not told', () => {
  const feeds = [feed(1, 'fresh'), feed(2, 'fresh')]
  expect(shown([cause({ heldIds: [99] }), cause({ heldIds: [10] })], feeds)).toEqual([])
  expect(shown([cause({ atRisk: [{ id: 20, at: 1001 }] })], feeds)).toEqual([])
  expect(shown([cause({ atRisk: [{ id: 20, at: 1000 }] })], feeds)).toEqual(['connection:sap: ; f2 1000'])
})

it('a feed is at risk from when the first of its assets turns, if it is fresh', () => {
  const atRisk = [10, 11, 20, 30].map((id, place) => ({ id, at: 500 + place }))
  const told = toldCauses(
    [cause({ atRisk }), cause({ key: 'flow:term', atRisk: [{ id: 10, at: 300 }] })],
    judged([feed(1, 'fresh'), feed(2, 'late'), feed(3, null)]),
  )
  expect(told.map((one) => one.atRisk.map(({ id, at }) => [id, at]))).toEqual([[[1, 500]], [[1, 300]]])
  expect([...riskOfFeeds(told)]).toEqual([[1, 300]])
})

it('the newest cause comes first', () => {
  const feeds = [feed(1, 'late'), feed(2, 'late')]
  const both = [
    cause({ heldIds: [10] }),
    cause({ key: 'flow:term', since: 200, heldIds: [20] }),
    cause({ key: 'flow:big', heldIds: [10, 20] }),
  ]
  expect(shown(both, feeds)).toEqual(['flow:term: f2; ', 'flow:big: f1,f2; ', 'connection:sap: f1; '])
})

it('a feed is good again with the last of what it is judged by, on all conditions, and has no date where one has none', () => {
  const again = (...all: GoodAgain[]) =>
    againOfFeeds({
      feedOf,
      again: new Map([
        [10, all[0] ?? never],
        [11, all[1] ?? never],
        [99, by(9)],
      ]),
    }).get(1)
  expect(again(by(50), by(40, { ifAnswering: [], ifSucceeding: ['term'] }))).toEqual({
    ...{ kind: 'by', at: 50, tryAt: 35, isLook: false },
    ...{ ifAnswering: ['sap'], ifSucceeding: ['term'] },
  })
  expect(again(by(50, { isLook: true, tryAt: 2 }), by(40))).toMatchObject({ at: 50, tryAt: 35, isLook: false })
  expect(again(by(40), by(50, { isLook: true, tryAt: 2 }))).toMatchObject({ at: 50, tryAt: 35, isLook: false })
  expect(again(by(5, { isLook: true }), by(5, { isLook: true, tryAt: 3 }))).toMatchObject({ tryAt: 0, isLook: true })
  expect(again(by(50), never)).toBe(never)
  expect(again(never, by(50))).toBe(never)
})

it('every held feed says when it is good again', () => {
  const [told] = toldCauses([cause({ heldIds: [10, 20] })], judged([feed(1, 'late'), feed(2, 'late')], [[10, by(50)]]))
  expect(told?.held.map(({ again }) => again?.kind ?? null)).toEqual(['by', null])
})
