import { expect, test } from 'vitest'
import { dayAfter, dayInFull, dayName, dayOfYear, longTime, nearTime, shortTime, zoneAbbreviation } from './dates.ts'

const at = Date.parse('2026-11-20T07:04:31Z')
const zone = 'America/New_York'

test('an instant is written in the zone asked for, midnight as 00:00', () => {
  expect(shortTime(at, zone, at)).toBe('20 Nov 02:04')
  expect(longTime(at, 'Asia/Kolkata', at)).toBe('Fri 20 Nov 12:34')
  expect(shortTime(Date.parse('2026-11-20T05:00:00Z'), zone, at)).toBe('20 Nov 00:00')
  expect(zoneAbbreviation(at, zone)).toBe('EST')
})

test('an instant far away has its year, one of another year from a month away on', () => {
  const day = 86_400_000
  expect(shortTime(at, zone, at + 400 * day)).toBe('20 Nov 2026 02:04')
  expect(shortTime(at + 111 * day, zone, at)).toBe('11 Mar 2027 02:04')
  expect(shortTime(at - 200 * day, zone, at)).toBe('4 May 03:04')
  expect([30, 40].map((days) => shortTime(at, zone, at + days * day))).toEqual(['20 Nov 02:04', '20 Nov 02:04'])
  expect([50, 28].map((days) => dayOfYear('2026-11-30', Date.parse('2026-11-30') + (days + 2) * day))).toEqual(['30 Nov 2026', '30 Nov'])
})

test('days count over months and leap days', () => {
  expect(dayAfter('2028-02-28', 1)).toBe('2028-02-29')
  expect(dayAfter('2026-03-01', -1)).toBe('2026-02-28')
  expect(dayName('2026-11-20')).toBe('Fri 20 Nov 2026')
  expect(dayInFull('2026-11-02')).toBe('Monday, 2 November 2026')
})

test('an instant near by is told by the day that people would say', () => {
  const near = (hours: number) => nearTime(at + hours * 3_600_000, zone, at)
  expect([0, -2, -3, 21, 22, 46].map(near)).toEqual(['02:04', '00:04', 'yesterday 23:04', '23:04', 'tomorrow 00:04', 'Sun 00:04'])
  expect([-6 * 24, -7 * 24, 7 * 24].map(near)).toEqual(['Sat 02:04', '13 Nov 02:04', '27 Nov 02:04'])
})
