import { expect, test } from 'vitest'
import { at } from '#lib/testing/history/domain-builders.ts'
import { lateInWords } from './delivery-words.ts'

const late = (expectedBy: string, came: string, zone = 'UTC') => lateInWords({ expectedBy: at(expectedBy), at: at(came) }, zone)

test.each([
  ['2026-11-20T03:00', '2026-11-20T09:05', 'UTC', '6 h 5 min late, 09:05'],
  ['2026-11-20T08:00', '2026-11-20T14:05:59', 'America/New_York', '6 h 5 min late, 09:05'],
  ['2026-11-20T03:00', '2026-11-21T02:10', 'UTC', '23 h 10 min late, 02:10 the day after'],
  ['2026-11-20T03:00', '2026-11-23T03:00', 'UTC', '3 d late, 03:00 3 days after'],
  ['2026-11-20T03:00', '2026-11-20T03:00:20', 'UTC', '20 s late, 03:00'],
])('a delivery expected by %s that came at %s is told in the page’s zone %s: %s', (expectedBy, came, zone, words) => {
  expect(late(expectedBy, came, zone)).toBe(words)
})
