import { describe, expect, test } from 'vitest'
import { evaluate } from '#lib/domain/freshness/evaluate.ts'
import { prepareFacts } from '#lib/domain/freshness/prepare-facts.ts'
import { HOUR_MS } from '#lib/domain/time/instant.ts'
import { atTimeOfDay, endOfDay, startOfDay } from '#lib/domain/time/local-day.ts'
import { around, arrival, at, calendarDays, facts, iso, loaded, settings, statusAt } from '#lib/testing/history/domain-builders.ts'
import { calendarDaysPolicy } from './policy-calendar-days.ts'

const NEW_YORK = 'America/New_York'
const original = settings([calendarDays()])
const campus = { weekdays: [1, 2, 3, 4, 5], holidays: ['2026-11-26', '2026-11-27'] }

describe('the original rule: today green, 1 to 100 days yellow, older red', () => {
  const known = facts({ arrivals: [loaded('2026-03-05T06:00')] })

  test('today is fresh until midnight', () => {
    expect(statusAt(original, known, '2026-03-05T06:00')).toBe('fresh/on-time')
    expect(around(original, known, '2026-03-06T00:00')).toEqual(['fresh/on-time', 'fresh/due', 'fresh/due'])
  })

  test('a nightly feed is not yellow from midnight to its load, but from the time it promises', () => {
    expect(around(original, known, '2026-03-06T08:00')).toEqual(['fresh/due', 'late/overdue', 'late/overdue'])
  })

  test('there is no second respite on the mornings after', () => {
    expect(statusAt(original, known, '2026-03-07T00:00')).toBe('late/overdue')
    expect(statusAt(original, known, '2026-03-07T07:59')).toBe('late/overdue')
  })

  test('day 100 is yellow to its last millisecond, day 101 is red', () => {
    expect(around(original, known, '2026-06-14T00:00')).toEqual(['late/overdue', 'stale/overdue', 'stale/overdue'])
  })

  test('expects the next arrival by the promised time, not at midnight', () => {
    const { dueAt, lateAt, staleAt } = evaluate(original, prepareFacts(known), at('2026-03-05T12:00'))
    expect([dueAt, lateAt, staleAt].map(iso)).toEqual(['2026-03-06T08:00:00.000Z', '2026-03-06T08:00:00.000Z', '2026-06-14T00:00:00.000Z'])
  })
})

describe('local days', () => {
  test.each([
    [NEW_YORK, '2026-03-07'],
    [NEW_YORK, '2026-10-31'],
    ['Europe/Berlin', '2026-03-28'],
    ['Europe/Berlin', '2026-10-24'],
    ['Australia/Lord_Howe', '2026-10-03'],
    ['Australia/Lord_Howe', '2026-04-04'],
  ])('%s: what arrived on %s is due from local midnight and late from local 08:00, though clocks change', (zone, day) => {
    const next = new Date(Date.parse(day) + 86_400_000).toISOString().slice(0, 10)
    const known = facts({ arrivals: [loaded('', { at: startOfDay(day, zone) + 1, recordedAt: startOfDay(day, zone) + 1 })] })
    const policy = settings([calendarDays({ zone })])
    expect(around(policy, known, new Date(endOfDay(day, zone)).toISOString())).toEqual(['fresh/on-time', 'fresh/due', 'fresh/due'])
    expect(around(policy, known, new Date(atTimeOfDay(next, '08:00', zone)).toISOString())).toEqual([
      'fresh/due',
      'late/overdue',
      'late/overdue',
    ])
  })

  test('a day that the zone skipped is nobody’s fault: late a local day later than the calendar says', () => {
    const known = facts({ createdAt: 0, arrivals: [loaded('2011-12-29T20:00')] })
    const policy = settings([calendarDays({ zone: 'Pacific/Apia' })])
    expect(around(policy, known, '2011-12-30T10:00')).toEqual(['fresh/on-time', 'fresh/due', 'fresh/due'])
    expect(around(policy, known, '2011-12-30T18:00')).toEqual(['fresh/due', 'late/overdue', 'late/overdue'])
  })
})

describe('data through', () => {
  const through = settings([calendarDays({ clock: 'dataThroughAt' })], { blindAfterMs: null })

  test('yesterday is as good as today: data cannot be through a day that is not over', () => {
    const known = facts({ arrivals: [arrival('dataThroughAt', '2026-03-04T23:00', { recordedAt: at('2026-03-05T06:00') })] })
    expect(statusAt(through, known, '2026-03-05T12:00')).toBe('fresh/on-time')
    expect(around(through, known, '2026-03-06T08:00')).toEqual(['fresh/due', 'late/overdue', 'late/overdue'])
  })

  test('a clock that knows dates alone counts its date', () => {
    const lastOfDay = new Date(endOfDay('2026-03-04', NEW_YORK) - 1).toISOString()
    const dated = arrival('dataThroughAt', lastOfDay, { recordedAt: at('2026-03-05T11:00'), precision: 'day' })
    const policy = settings([calendarDays({ clock: 'dataThroughAt', zone: NEW_YORK })])
    expect(statusAt(policy, facts({ arrivals: [dated] }), '2026-03-05T23:00')).toBe('fresh/on-time')
    expect(around(policy, facts({ arrivals: [dated] }), '2026-03-06T13:00')).toEqual(['fresh/due', 'late/overdue', 'late/overdue'])
  })
})

describe('business days', () => {
  const policy = settings([calendarDays({ zone: NEW_YORK, calendar: campus })])
  const friday = facts({ arrivals: [loaded('2026-11-20T12:00')] })

  test('Friday’s load is fresh all weekend and due on Monday', () => {
    expect(statusAt(policy, friday, '2026-11-22T20:00')).toBe('fresh/on-time')
    expect(around(policy, friday, '2026-11-23T13:00')).toEqual(['fresh/due', 'late/overdue', 'late/overdue'])
  })

  test('a missing load stays yellow over the weekend instead of turning green on Saturday morning', () => {
    const thursday = facts({ arrivals: [loaded('2026-11-19T12:00')] })
    expect(['2026-11-20T14:00', '2026-11-21T10:00', '2026-11-22T10:00'].map((now) => statusAt(policy, thursday, now))).toEqual([
      'late/overdue',
      'late/overdue',
      'late/overdue',
    ])
  })

  test('holidays do not count', () => {
    const wednesday = facts({ arrivals: [loaded('2026-11-25T12:00')] })
    expect(around(policy, wednesday, '2026-11-30T13:00')).toEqual(['fresh/due', 'late/overdue', 'late/overdue'])
  })

  test('data through Friday is good enough on Monday', () => {
    const through = settings([calendarDays({ zone: NEW_YORK, calendar: campus, clock: 'dataThroughAt' })])
    const known = facts({ arrivals: [arrival('dataThroughAt', '2026-11-20T22:00', { recordedAt: at('2026-11-21T06:00') })] })
    expect(statusAt(through, known, '2026-11-23T20:00')).toBe('fresh/on-time')
    expect(around(through, known, '2026-11-24T13:00')).toEqual(['fresh/due', 'late/overdue', 'late/overdue'])
  })

  test('a calendar without days never breaks a promise', () => {
    const never = settings([calendarDays({ calendar: { weekdays: [], holidays: [] } })])
    expect(statusAt(never, friday, '2030-01-01T00:00')).toBe('fresh/on-time')
    expect(evaluate(never, prepareFacts(friday), at('2030-01-01T00:00')).nextChangeAt).toBeNull()
  })
})

test('is promised in words', () => {
  expect(calendarDaysPolicy.words(calendarDays())).toBe('new every day by 08:00 (UTC)')
  expect(calendarDaysPolicy.words(calendarDays({ lateAfterDays: 3, calendar: campus }))).toBe('new every 3 business days by 08:00 (UTC)')
})

describe('where the writing flow says by when', () => {
  const nightly = { cron: '0 6 * * *', zone: 'UTC', calendar: null, graceMs: HOUR_MS }
  const policy = settings([calendarDays({ zone: NEW_YORK, by: '02:00', writer: nightly })])

  test.each([
    ['in winter', '2026-01-14T06:20', '2026-01-15T07:00'],
    ['in summer, when its zone is an hour further away', '2026-07-14T06:20', '2026-07-15T07:00'],
    ['on the day clocks change', '2026-03-07T06:20', '2026-03-08T07:00'],
  ])('%s: its tick of the day and the time a run may take', (_, load, lateAt) => {
    expect(around(policy, facts({ arrivals: [loaded(load)] }), lateAt)).toEqual(['fresh/due', 'late/overdue', 'late/overdue'])
  })

  test('never beyond the day, and by the usual hour on a day without a tick', () => {
    const evening = settings([
      calendarDays({ by: '23:59', writer: { cron: '0 22 * * *', zone: 'UTC', calendar: null, graceMs: 4 * HOUR_MS } }),
    ])
    const known = facts({ arrivals: [loaded('2026-03-05T23:30')] })
    expect(around(evening, known, '2026-03-07T00:00')).toEqual(['fresh/due', 'late/overdue', 'late/overdue'])
    const weekdays = settings([calendarDays({ by: '03:00', writer: { ...nightly, cron: '0 2 * * 1-5' } })])
    expect(around(weekdays, facts({ arrivals: [loaded('2026-03-06T02:20')] }), '2026-03-07T03:00')).toEqual([
      'fresh/due',
      'late/overdue',
      'late/overdue',
    ])
  })

  test('in words, the hour is told in the zone of the flow', () => {
    expect(calendarDaysPolicy.words(calendarDays({ zone: NEW_YORK, by: '02:00', writer: nightly }))).toBe('new every day by 07:00 (UTC)')
    expect(calendarDaysPolicy.words(calendarDays({ by: '07:00', writer: nightly }))).toBe('new every day by 07:00 (UTC)')
  })
})
