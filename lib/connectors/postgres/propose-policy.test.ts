import { expect, test } from 'vitest'
import { proposeFromRhythm } from './propose-policy.ts'

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

test('too short a past, or none, gets the default', () => {
  expect(proposeFromRhythm(every(7, 3)).input).toEqual({ kind: 'calendar-days' })
  expect(proposeFromRhythm({ daysAgo: [] }).because).toContain('empty')
})
