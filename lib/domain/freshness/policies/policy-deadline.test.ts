import { describe, expect, test } from 'vitest'
import { evaluate } from '#lib/domain/freshness/evaluate.ts'
import { prepareFacts } from '#lib/domain/freshness/prepare-facts.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '#lib/domain/time/instant.ts'
import { aDeadline, around, arrival, at, facts, iso, loaded, run, settings, statusAt } from '#lib/testing/history/domain-builders.ts'
import { deadlinePolicy } from './policy-deadline.ts'

const NEW_YORK = 'America/New_York'
const nightly = settings([aDeadline()])
/** A load that lies at its own time. */
const placedAt = (text: string) => ({ at: at(text), placedAt: at(text), clock: 'loadedAt' as const })
const known = facts({ arrivals: [loaded('2026-03-05T02:10')] })

describe('every boundary', () => {
  test('due at the tick', () => {
    expect(around(nightly, known, '2026-03-06T02:00')).toEqual(['fresh/on-time', 'fresh/due', 'fresh/due'])
  })

  test('late when grace ends', () => {
    expect(around(nightly, known, '2026-03-06T02:45')).toEqual(['fresh/due', 'late/overdue', 'late/overdue'])
  })

  test('stale as long after the tick as it says', () => {
    expect(around(nightly, known, '2026-03-07T02:00')).toEqual(['late/overdue', 'stale/overdue', 'stale/overdue'])
  })

  test('late at once without grace', () => {
    const strict = settings([aDeadline({ graceMs: 0 })])
    expect(around(strict, known, '2026-03-06T02:00')).toEqual(['fresh/on-time', 'late/overdue', 'late/overdue'])
  })

  test('says when it expects, and when it breaks', () => {
    const { dueAt, lateAt, staleAt, nextChangeAt } = evaluate(nightly, prepareFacts(known), at('2026-03-05T12:00'))
    expect([dueAt, lateAt, staleAt, nextChangeAt].map(iso)).toEqual([
      '2026-03-06T02:00:00.000Z',
      '2026-03-06T02:45:00.000Z',
      '2026-03-07T02:00:00.000Z',
      '2026-03-06T02:00:00.000Z',
    ])
  })
})

describe('which tick an arrival satisfies', () => {
  test('a manual reload at noon does not hide tomorrow’s missing load', () => {
    const reloaded = facts({ arrivals: [loaded('2026-03-05T02:10'), loaded('2026-03-05T12:00')] })
    expect(around(nightly, reloaded, '2026-03-06T02:45')).toEqual(['fresh/due', 'late/overdue', 'late/overdue'])
  })

  test('an arrival from midnight on belongs to the coming tick', () => {
    expect(statusAt(nightly, facts({ arrivals: [loaded('2026-03-05T23:59:59.999')] }), '2026-03-06T12:00')).toBe('late/overdue')
    expect(statusAt(nightly, facts({ arrivals: [loaded('2026-03-06T00:00')] }), '2026-03-06T12:00')).toBe('fresh/on-time')
  })

  test('an arrival from opensBefore on belongs to the coming tick', () => {
    const hourBefore = settings([aDeadline({ opensBeforeMs: HOUR_MS })])
    expect(statusAt(hourBefore, facts({ arrivals: [loaded('2026-03-06T00:59:59.999')] }), '2026-03-06T12:00')).toBe('late/overdue')
    expect(statusAt(hourBefore, facts({ arrivals: [loaded('2026-03-06T01:00')] }), '2026-03-06T12:00')).toBe('fresh/on-time')
  })

  test('a delivery after its deadline is fresh until the next one is due', () => {
    const late = facts({ arrivals: [loaded('2026-03-05T02:10'), loaded('2026-03-06T09:00')] })
    expect(around(nightly, late, '2026-03-06T09:00')).toEqual(['late/overdue', 'fresh/on-time', 'fresh/on-time'])
    expect(around(nightly, late, '2026-03-07T02:45')).toEqual(['fresh/due', 'late/overdue', 'late/overdue'])
  })

  test('opensBefore may be longer than the gap between ticks', () => {
    const early = aDeadline({ opensBeforeMs: 3 * DAY_MS })
    expect(iso(deadlinePolicy.judge(early, placedAt('2026-03-05T02:10'))?.dueAt ?? null)).toBe('2026-03-09T02:00:00.000Z')
  })
})

describe('when clocks change', () => {
  test.each([
    ['spring in New York', NEW_YORK, '2026-03-07T07:40', '2026-03-08T07:30'],
    ['the day after spring', NEW_YORK, '2026-03-08T07:40', '2026-03-09T06:30'],
    ['spring in Berlin', 'Europe/Berlin', '2026-03-28T01:40', '2026-03-29T01:30'],
    ['autumn in Berlin', 'Europe/Berlin', '2026-10-24T00:40', '2026-10-25T00:30'],
    ['the day after autumn in Berlin', 'Europe/Berlin', '2026-10-25T00:40', '2026-10-26T01:30'],
    ['half an hour in Lord Howe', 'Australia/Lord_Howe', '2026-10-02T16:10', '2026-10-03T15:30'],
  ])('%s: the next tick is at its wall time', (_, zone, load, due) => {
    const policy = settings([aDeadline({ cron: '30 2 * * *', zone })])
    expect(around(policy, facts({ arrivals: [loaded(load)] }), due)).toEqual(['fresh/on-time', 'fresh/due', 'fresh/due'])
  })

  test('a load in the repeated hour satisfies the one tick there is', () => {
    const policy = settings([aDeadline({ cron: '30 1 * * *', zone: NEW_YORK })])
    const inSecondHour = facts({ arrivals: [loaded('2026-11-01T06:40')] })
    expect(around(policy, inSecondHour, '2026-11-02T06:30')).toEqual(['fresh/on-time', 'fresh/due', 'fresh/due'])
  })
})

describe('business calendars', () => {
  const campus = { weekdays: [1, 2, 3, 4, 5], holidays: ['2026-11-26', '2026-11-27'] }
  const policy = settings([aDeadline({ zone: NEW_YORK, calendar: campus })])

  test('Friday’s load is enough until Monday', () => {
    const friday = facts({ arrivals: [loaded('2026-11-20T07:10')] })
    expect(around(policy, friday, '2026-11-23T07:00')).toEqual(['fresh/on-time', 'fresh/due', 'fresh/due'])
  })

  test('nothing is expected on holidays', () => {
    const wednesday = facts({ arrivals: [loaded('2026-11-25T07:10')] })
    expect(around(policy, wednesday, '2026-11-30T07:45')).toEqual(['fresh/due', 'late/overdue', 'late/overdue'])
  })
})

describe('before anything ever arrived, by the ledger', () => {
  const created = facts({ createdAt: at('2026-03-05T10:00') })

  test('nobody knows until the first tick and its grace have passed, then it is late', () => {
    expect(statusAt(nightly, created, '2026-03-05T10:00')).toBe('unknown/never-observed')
    expect(around(nightly, created, '2026-03-06T02:45')).toEqual(['unknown/never-observed', 'late/overdue', 'late/overdue'])
    expect(around(nightly, created, '2026-03-07T02:00')).toEqual(['late/overdue', 'stale/overdue', 'stale/overdue'])
  })

  test('the failed run is the reason', () => {
    const failed = facts({ createdAt: at('2026-03-05T10:00'), runs: [run('failed', '2026-03-06T02:10')] })
    expect(around(nightly, failed, '2026-03-06T02:45')).toEqual(['unknown/never-observed', 'late/run-failed', 'late/run-failed'])
  })

  test('a table that is looked at from outside stays empty instead, or without a time', () => {
    const probed = settings([aDeadline()], { blindAfterMs: 15 * MINUTE_MS })
    const looked = facts({ createdAt: at('2026-03-05T10:00'), probedAt: at('2026-03-06T12:00') })
    const hollow = { ...looked, arrivals: [arrival('writtenAt', null, { recordedAt: at('2026-03-05T12:00') })] }
    expect(statusAt(probed, hollow, '2026-03-06T12:00')).toBe('unknown/empty')
    expect(statusAt(probed, looked, '2026-03-06T12:00')).toBe('unknown/no-time')
  })
})

test('is promised in words', () => {
  expect(deadlinePolicy.words(aDeadline({ zone: NEW_YORK }))).toBe(
    'every day at 02:00 (America/New_York), 45 min of grace, counting what comes from 00:00 on',
  )
  expect(deadlinePolicy.words(aDeadline({ graceMs: 0, calendar: { weekdays: [1], holidays: [] } }))).toBe(
    'every day at 02:00 (UTC), business days only, counting what comes from 00:00 the day before on',
  )
})
