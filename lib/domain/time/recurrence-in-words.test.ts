import { expect, test } from 'vitest'
import type { Recurrence, RecurringDays } from './recurrence.ts'
import { recurrenceInWords } from './recurrence-in-words.ts'

const words = (days: RecurringDays, own: Partial<Recurrence> = {}) =>
  recurrenceInWords({ days, from: '02:00', to: '04:00', firstDay: '2026-12-01', lastDay: null, zone: 'UTC', ...own })
const week = (weekdays: number[], interval = 1) => ({ every: 'week', interval, weekdays }) as const
const month = (monthDay: number, interval = 1) => ({ every: 'month', interval, monthDay }) as const

test.each([
  [week([7]), 'Sundays 02:00–04:00'],
  [week([3, 1]), 'Mondays and Wednesdays 02:00–04:00'],
  [week([1, 2, 3, 4, 5]), 'Mondays to Fridays 02:00–04:00'],
  [week([1, 2, 5]), 'Mondays, Tuesdays and Fridays 02:00–04:00'],
  [week([1, 2, 3, 4, 5, 6, 7]), 'Every day 02:00–04:00'],
  [week([7], 2), 'Every 2 weeks, on Sundays 02:00–04:00'],
  [week([1, 2, 3, 4, 5, 6, 7], 3), 'Every 3 weeks, every day 02:00–04:00'],
  [month(15), 'Every month on day 15, 02:00–04:00'],
  [month(30, 3), 'Every 3 months on day 30 (or the last one), 02:00–04:00'],
  [month(31), 'Every month on the last day, 02:00–04:00'],
])('%o is said as %s', (days, expected) => {
  expect(words(days)).toBe(expected)
})

test('a night and a last day are said, too', () => {
  expect(words(week([6]), { from: '22:00', to: '02:00' })).toBe('Saturdays 22:00–02:00 of the next day')
  expect(words(week([6]), { from: '08:00', to: '08:00' })).toBe('Saturdays 08:00–08:00 of the next day')
  expect(words(week([7]), { lastDay: '2027-02-28' })).toBe('Sundays 02:00–04:00, until Sun 28 Feb 2027')
})
