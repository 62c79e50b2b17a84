import { expect, test } from 'vitest'
import { proposeFromRhythm, whyNotJudged } from './propose-policy.ts'

const every = (days: number, times: number, newest = 0) => ({ daysAgo: Array.from({ length: times }, (_, i) => newest + i * days) })

test('a table written every day gets the default', () => {
  expect(proposeFromRhythm(every(1, 30)).input).toEqual({ kind: 'calendar-days' })
})

test('a table written on weekdays may rest from Friday to Monday', () => {
  const weekdays = { daysAgo: [0, 1, 2, 3, 4, 7, 8, 9, 10, 11, 14] }
  expect(proposeFromRhythm(weekdays).input).toMatchObject({ lateAfterDays: 3 })
})

test('a table written monthly is not stale after a hundred days of a rhythm of fifty', () => {
  expect(proposeFromRhythm(every(50, 8)).input).toEqual({ kind: 'calendar-days', lateAfterDays: 50, staleAfterDays: 150 })
})

test('a table nobody writes any more is not judged', () => {
  expect(proposeFromRhythm(every(1, 30, 200)).input).toEqual({ kind: 'none' })
})

test('a table that stopped recently is judged by its old rhythm, saying so', () => {
  const proposal = proposeFromRhythm(every(1, 30, 20))
  expect(proposal).toEqual({ input: { kind: 'calendar-days' }, because: expect.stringContaining('20 days old') })
})

test('too short a past promises with room to spare, and none promises nothing', () => {
  expect(proposeFromRhythm(every(7, 3))).toEqual({
    input: { kind: 'calendar-days', lateAfterDays: 14, staleAfterDays: 100 },
    because: expect.stringContaining('only 3 days with data are known, at most 7 days apart'),
  })
  expect(proposeFromRhythm(every(7, 3, 40)).input).toEqual({ kind: 'none' })
  expect(proposeFromRhythm(every(150, 2))).toEqual({ input: { kind: 'none' }, because: expect.stringContaining('now and then') })
  expect(proposeFromRhythm({ daysAgo: [] })).toEqual({ input: { kind: 'none' }, because: expect.stringContaining('empty') })
})

test('rows of one single day are a load that is made anew each time, or were loaded once', () => {
  expect(proposeFromRhythm({ daysAgo: [0], load: true }).input).toEqual({ kind: 'calendar-days' })
  expect(proposeFromRhythm({ daysAgo: [0] })).toEqual({ input: { kind: 'none' }, because: expect.stringContaining('nothing tells yet') })
  expect(proposeFromRhythm({ daysAgo: [40], load: true })).toEqual({
    input: { kind: 'none' },
    because: expect.stringContaining('40 days ago'),
  })
})

test('what is always there by an hour after the page is first read is promised for then', () => {
  expect(proposeFromRhythm({ ...every(1, 30), latestMinute: 6 * 60 + 50 }).input).toEqual({ kind: 'calendar-days' })
  expect(proposeFromRhythm({ ...every(1, 30), latestMinute: 14 * 60 + 10 }).input).toEqual({ kind: 'calendar-days', by: '15:30' })
  expect(proposeFromRhythm({ ...every(1, 30), latestMinute: 23 * 60 + 50 }).input).toEqual({
    kind: 'calendar-days',
    lateAfterDays: 2,
    staleAfterDays: 100,
  })
  expect(proposeFromRhythm({ ...every(1, 30, 1), latestMinute: 23 * 60 + 50, happened: true }).input).toEqual({ kind: 'calendar-days' })
})

test('what is written irregularly is promised by its longest silence, the present one too, and half as much again', () => {
  const irregular = { daysAgo: [30, 31, 32, 33, 34, 46, 47, 48, 49, 50] }
  expect(proposeFromRhythm(irregular)).toEqual({
    input: { kind: 'calendar-days', lateAfterDays: 45, staleAfterDays: 135 },
    because: expect.stringContaining('irregularly'),
  })
})

test('a rhythm of few gaps is not said to be broken on the day of the longest', () => {
  expect(proposeFromRhythm(every(9, 5, 9))).toEqual({
    input: { kind: 'calendar-days', lateAfterDays: 14, staleAfterDays: 100 },
    because: expect.stringContaining('too few days with data are known'),
  })
  expect(proposeFromRhythm(every(9, 5, 8)).input).toEqual({ kind: 'calendar-days', lateAfterDays: 9, staleAfterDays: 100 })
  expect(proposeFromRhythm(every(7, 10, 7)).input).toEqual({ kind: 'calendar-days', lateAfterDays: 7, staleAfterDays: 100 })
  expect(proposeFromRhythm(every(1, 6, 1)).input).toEqual({ kind: 'calendar-days' })
})

test('what is written only when something goes wrong is not promised', () => {
  const rights = { usable: true, readable: true, whole: true, rowSecurity: false }
  const relation = {
    ...rights,
    oid: 1,
    schema: 'public',
    kind: 'r',
    rows: 1,
    blocks: 1,
    columns: [],
    comment: null,
    upstream: [],
    referencedBy: 0,
  }
  for (const name of ['ttrss_error_log', 'ErrorLog', 'exceptions', 'mail_bounces', 'errorlog', 'failures', 'dead_letter_queue', 'errors']) {
    expect(whyNotJudged({ ...relation, name }), name).toContain('goes wrong')
  }
  for (const name of ['defaults', 'terrors', 'error_codes', 'fault_reports_daily', 'job', 'log']) {
    expect(whyNotJudged({ ...relation, name }), name).toBeNull()
  }
})
