import { expect, test } from 'vitest'
import type { GoodAgain } from '#lib/domain/lineage/again/again.ts'
import type { OverviewFeed } from '#lib/queries/pages/status-overview.ts'
import { toFeedLine, toFullFeedLine } from './feed-summary.ts'

const by = (isLook: boolean): GoodAgain => ({ kind: 'by', at: 9, tryAt: 8, isLook, ifAnswering: ['SAP'], ifSucceeding: [] })
const feed = (again: GoodAgain | null) =>
  ({ ...NOTHING, key: 'people', name: 'People', status: 'late', heldBy: [], again }) as unknown as OverviewFeed
const NOTHING = {
  id: 1,
  owner: null,
  since: null,
  reason: null,
  weakBy: null,
  dataThroughAt: null,
  updatedAt: null,
  dueAt: null,
  riskAt: null,
  lastRun: null,
  bars: null,
}

test.each<[string, GoodAgain | null, object, object]>([
  ['a run is to come', by(false), { good: 9 }, { good: 9, goodIf: ' if SAP answers' }],
  ['its system has to answer', by(true), {}, { again: 'Good as soon as SAP answers' }],
  ['nobody loads it', { kind: 'no-date', because: 'nothing loads it', ask: 'Ada' }, {}, { again: 'No date: ask Ada' }],
  ['it is fresh', null, {}, {}],
])('when it is good again stands in its line, on the page of its group in full: %s', (_, again, brief, full) => {
  const base = { key: 'people', name: 'People', status: 'late', days: expect.any(String) }
  expect(toFeedLine(feed(again), 'UTC', [])).toEqual({ ...base, ...brief })
  expect(toFullFeedLine(feed(again), 'UTC', [])).toEqual({ ...base, ...full })
})

test('what is as late as what it is made from says that its own update does not count', () => {
  const line = (reason: string, status = 'late') =>
    toFeedLine({ ...feed(null), reason, status, updatedAt: 5 } as unknown as OverviewFeed, 'UTC', []).from
  expect([line('blocked'), line('blocked', 'stale'), line('blocked', 'unknown'), line('overdue')]).toEqual([
    'late',
    'stale',
    undefined,
    undefined,
  ])
})

test('where nothing arrives because its own run failed, that says why', () => {
  const root = {
    id: 7,
    key: 'x',
    name: 'x',
    feedKey: 'people',
    feedName: 'People',
    reason: 'run-failed',
    since: 1,
    system: null,
    failedRun: { words: 'No disk.' },
  }
  const why = (...heldBy: object[]) => toFeedLine({ ...feed(null), reason: 'overdue', heldBy } as unknown as OverviewFeed, 'UTC', []).why
  expect(why(root)).toBe('No disk.')
  expect([why(), why(root, { ...root, failedRun: null })]).toEqual(Array(2).fill('nothing has arrived since it was due'))
})

const SAP = { kind: 'connection', key: 'sap', name: 'SAP', since: 1 }
const failed = { id: 'r', words: 'There is no row to deliver.', says: 'There is no row to deliver.', times: 1 }
test.each<[string, string, string | null, object | null, string]>([
  ['itself', 'run-failed', 'patrons', failed, 'There is no row to deliver.'],
  ['another feed', 'run-failed', 'people', failed, 'Held back by People: the connection SAP does not answer. There is no row to deliver.'],
  [
    'another feed, and nothing came',
    'overdue',
    'people',
    null,
    'Held back by People: the connection SAP does not answer. Nothing has arrived since it was due',
  ],
])('a line begins with what holds it back, where that is not its own: %s', (_, reason, feedKey, failedRun, why) => {
  const root = {
    id: 7,
    key: 'lake/people',
    name: 'people',
    feedKey,
    feedName: 'People',
    promised: true,
    status: 'late',
    reason: 'overdue',
    since: 1,
  }
  const heldBy = [{ ...root, failedRun: null, system: SAP }]
  expect(toFeedLine({ ...feed(null), key: 'patrons', reason, heldBy, failedRun } as unknown as OverviewFeed, 'UTC', []).why).toBe(why)
})
