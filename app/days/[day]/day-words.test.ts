import { describe, expect, it } from 'vitest'
import type { Status } from '#lib/domain/freshness/status.ts'
import type { DayStory } from '#lib/queries/days/day-page.ts'
import { dayVerdict, dueInWords } from './day-words.ts'

const trouble = { from: 0, to: 1, worst: 'late' as const }

/** Feeds by their worst status of the day, numbered from 1. */
const feeds = (...worst: (Status | null)[]): DayStory['feeds'] =>
  worst.map((status, index) => ({
    ...{ id: index + 1, key: '', name: '', groupKey: '', groupName: '', isGone: false, spans: [], arrivals: null, due: null },
    ...{ worst: status, troubles: status === 'late' ? [trouble] : [] },
  }))

/** What held back these feeds. */
const sap = (...ids: number[]): DayStory['causes'][number] => ({
  ...{
    cause: 'connection:sap',
    kind: 'connection',
    key: 'sap',
    name: 'sap',
    since: 0,
    feed: null,
    reason: null,
    run: null,
    says: null,
    incident: null,
  },
  held: ids.map((id) => ({ id, trouble })),
})

describe('how a day was', () => {
  it.each<[DayStory['feeds'], DayStory['causes'], boolean, string]>([
    [feeds(null), [], false, 'Nothing was promised that day.'],
    [feeds(), [], true, 'Nothing was promised so far today.'],
    [feeds('fresh'), [], false, 'The one feed was fresh all day.'],
    [feeds('fresh', 'fresh', null), [], false, 'All 2 feeds were fresh all day.'],
    [feeds('fresh', 'fresh'), [], true, 'All 2 feeds were fresh so far today.'],
    [feeds('fresh', 'maintenance'), [], false, 'All 2 feeds were fresh, apart from announced work and pauses.'],
    [feeds('late', 'fresh'), [sap(1)], false, '1 of 2 feeds was not always fresh: sap did not answer.'],
    [feeds('late', 'late'), [sap(1)], false, '2 of 2 feeds were not always fresh: sap did not answer.'],
    [feeds('late', 'late'), [sap(1, 2)], false, '2 of 2 feeds were not always fresh, all because of one thing: sap did not answer.'],
    [feeds('late', 'late'), [sap(1), sap(2)], true, '2 of 2 feeds were not always fresh so far today, because of 2 things.'],
    [feeds('late', 'fresh'), [], false, '1 of 2 feeds was not always fresh.'],
  ])('%#: %s', (all, causes, isToday, words) => {
    expect(dayVerdict({ feeds: all, causes }, isToday)).toBe(words)
  })
})

it.each([
  [null, null],
  [{ expected: 1, missed: 0, cameLate: 0, late: [] }, '1 of 1 delivery came'],
  [{ expected: 3, missed: 1, cameLate: 2, late: ['6 h late, 09:05'] }, '2 of 3 deliveries came; 6 h late, 09:05; 1 more late'],
])('what was due and came: %j', (due, words) => {
  expect(dueInWords(due)).toBe(words)
})
