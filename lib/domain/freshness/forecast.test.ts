import { describe, expect, test } from 'vitest'
import { HOUR_MS, MINUTE_MS } from '#lib/domain/time/instant.ts'
import {
  aDeadline,
  anAge,
  around,
  arrival,
  at,
  calendarDays,
  correction,
  facts,
  iso,
  loaded,
  run,
  settings,
  statusAt,
} from '#lib/testing/history/domain-builders.ts'
import { Forecast } from './forecast.ts'
import { prepareFacts } from './prepare-facts.ts'

const nightly = settings([aDeadline()])
const load = loaded('2026-03-05T02:10')
const aWhile = 1000 * HOUR_MS

describe('fresh, because', () => {
  test('it arrived as promised, or loaded fine with nothing new', () => {
    expect(statusAt(nightly, facts({ arrivals: [load] }), '2026-03-05T12:00')).toBe('fresh/on-time')
    expect(statusAt(nightly, facts({ arrivals: [{ ...load, rows: 0 }] }), '2026-03-05T12:00')).toBe('fresh/idle')
  })

  test('idle is about loads: a write of no rows is nothing special', () => {
    const watched = settings([anAge({ clock: 'writtenAt' })], { blindAfterMs: aWhile })
    expect(statusAt(watched, facts({ arrivals: [arrival('writtenAt', '2026-03-05T02:10', { rows: 0 })] }), '2026-03-05T12:00')).toBe(
      'fresh/on-time',
    )
  })
})

describe('nothing is there', () => {
  const probed = settings([anAge()], { blindAfterMs: aWhile })

  test('nobody ever looked', () => {
    expect(statusAt(probed, facts(), '2026-03-05T12:00')).toBe('unknown/never-observed')
    expect(statusAt(settings([anAge()]), facts(), '2026-03-05T12:00')).toBe('unknown/never-observed')
  })

  test('somebody looked, and nothing told a time: that does not make it empty', () => {
    expect(statusAt(probed, facts({ probedAt: at('2026-03-05T11:00') }), '2026-03-05T12:00')).toBe('unknown/no-time')
    const other = facts({ arrivals: [arrival('writtenAt', '2026-03-05T02:00')] })
    expect(statusAt(settings([anAge({ clock: 'dataThroughAt' })], { blindAfterMs: aWhile }), other, '2026-03-05T12:00')).toBe(
      'unknown/no-time',
    )
  })

  test('somebody looked, and there was nothing', () => {
    const hollow = facts({
      probedAt: at('2026-03-05T11:00'),
      arrivals: [arrival('writtenAt', null, { recordedAt: at('2026-03-05T11:00') })],
    })
    expect(statusAt(probed, hollow, '2026-03-05T12:00')).toBe('unknown/empty')
  })

  test('a run ended and left nothing: no arrival has been seen', () => {
    const failed = facts({ runs: [run('failed', '2026-03-05T11:00')] })
    expect(statusAt(settings([anAge()]), failed, '2026-03-05T12:00')).toBe('unknown/never-observed')
  })

  test('there was a value and it is gone', () => {
    const emptied = facts({
      probedAt: at('2026-03-05T12:00'),
      arrivals: [arrival('writtenAt', '2026-03-05T02:00'), correction('writtenAt', null, '2026-03-05T11:00')],
    })
    expect(around(probed, emptied, '2026-03-05T11:00')).toEqual(['fresh/on-time', 'stale/empty', 'stale/empty'])
  })
})

describe('data from the future', () => {
  const watched = settings([anAge({ clock: 'writtenAt' })], { blindAfterMs: aWhile })
  const polluted = arrival('writtenAt', '2099-01-01T00:00', { recordedAt: at('2026-03-05T12:00') })

  test('a clock polluted with the year 2099 does not stay green', () => {
    const known = facts({ arrivals: [arrival('writtenAt', '2026-03-05T02:00'), polluted] })
    expect(statusAt(watched, known, '2026-03-05T13:00')).toBe('fresh/on-time')
    expect(around(watched, known, '2026-03-06T02:00:00.001')).toEqual(['fresh/on-time', 'late/future-data', 'late/future-data'])
  })

  test('nothing but the future is unknown', () => {
    expect(statusAt(watched, facts({ arrivals: [polluted] }), '2026-03-05T13:00')).toBe('unknown/future-data')
    expect(
      statusAt(nightly, facts({ arrivals: [loaded('2099-01-01T00:00', { recordedAt: at('2026-03-05T12:00') })] }), '2026-03-09T13:00'),
    ).toBe('unknown/future-data')
  })
})

describe('late, because', () => {
  const late = '2026-03-06T03:00'

  test.each(['failed', 'timed-out', 'crashed', 'cancelled'] as const)('the last run %s', (state) => {
    expect(statusAt(nightly, facts({ arrivals: [load], runs: [run(state, '2026-03-06T02:30')] }), late)).toBe('late/run-failed')
  })

  test.each(['completed', 'partial', 'missed'] as const)('nothing came, though the last run %s', (state) => {
    expect(statusAt(nightly, facts({ arrivals: [load], runs: [run(state, '2026-03-06T02:30')] }), late)).toBe('late/overdue')
  })

  test('a failure before the last arrival is no reason', () => {
    const runs = [run('failed', '2026-03-05T02:05'), run('completed', '2026-03-05T02:10')]
    expect(statusAt(nightly, facts({ arrivals: [load], runs }), late)).toBe('late/overdue')
  })

  test('a failure at the very moment the last arrival counts from is no reason', () => {
    const ended = run('failed', '2026-03-05T02:10')
    expect(statusAt(nightly, facts({ arrivals: [load], runs: [ended] }), late)).toBe('late/overdue')
  })

  test('a failed run changes nothing before the limit passes, and the reason the moment it ends after it', () => {
    const known = facts({ arrivals: [load], runs: [run('failed', '2026-03-06T02:30')] })
    expect(around(nightly, known, '2026-03-06T02:45')).toEqual(['fresh/due', 'late/run-failed', 'late/run-failed'])
    const longer = facts({ arrivals: [load], runs: [run('failed', '2026-03-06T03:30')] })
    expect(around(nightly, longer, '2026-03-06T03:30')).toEqual(['late/overdue', 'late/run-failed', 'late/run-failed'])
  })

  test('the run hangs, from the moment it counts as hung', () => {
    const hung = run('running', '2026-03-06T02:10', { startedAt: at('2026-03-06T02:00'), endedAt: null, hungAt: at('2026-03-06T06:00') })
    expect(around(nightly, facts({ arrivals: [load], runs: [hung] }), '2026-03-06T06:00')).toEqual([
      'late/overdue',
      'late/run-hung',
      'late/run-hung',
    ])
  })

  test('it hung only until it ended', () => {
    const long = run('failed', '2026-03-06T08:00', { startedAt: at('2026-03-06T02:00'), hungAt: at('2026-03-06T06:00') })
    expect(around(nightly, facts({ arrivals: [load], runs: [long] }), '2026-03-06T08:00')).toEqual([
      'late/run-hung',
      'late/run-failed',
      'late/run-failed',
    ])
  })
})

describe('several promises', () => {
  const both = settings([aDeadline(), calendarDays({ clock: 'dataThroughAt' })])
  const old = arrival('dataThroughAt', '2026-03-03T23:00', { recordedAt: at('2026-03-05T02:10') })

  test('a reload of old data turns late although it loaded on time', () => {
    expect(statusAt(both, facts({ arrivals: [load, old] }), '2026-03-05T12:00')).toBe('late/old-data')
  })

  test('old data is merely overdue once the load is overdue by the same measure', () => {
    expect(around(both, facts({ arrivals: [load, old] }), '2026-03-06T08:00')).toEqual(['late/old-data', 'late/overdue', 'late/overdue'])
  })

  test('the worst verdict wins, whichever promise it breaks', () => {
    const strict = settings([anAge(), aDeadline({ staleAfterMs: 2 * HOUR_MS, graceMs: HOUR_MS })])
    expect(around(strict, facts({ arrivals: [load] }), '2026-03-06T04:00')).toEqual(['late/overdue', 'stale/overdue', 'stale/overdue'])
  })

  test('the limits are those of the promise that breaks first', () => {
    const forecast = new Forecast(settings([anAge(), aDeadline()]), prepareFacts(facts({ arrivals: [load] })), at('2026-03-05T12:00'))
    expect(iso(forecast.limits?.lateAt ?? null)).toBe('2026-03-06T02:10:00.001Z')
    expect(forecast.points().map(iso)).toEqual([
      '2026-03-06T02:00:00.000Z',
      '2026-03-06T02:10:00.001Z',
      '2026-03-06T02:45:00.000Z',
      '2026-03-07T02:00:00.000Z',
      '2026-03-08T02:10:00.001Z',
    ])
  })

  test('a promise beside a watched clock is judged alone', () => {
    expect(statusAt(settings([{ kind: 'none' }, aDeadline()]), facts({ arrivals: [load] }), '2026-03-05T12:00')).toBe('fresh/on-time')
  })

  test('no promise at all is no status', () => {
    expect(statusAt(settings([]), facts({ arrivals: [load] }), '2026-03-05T12:00')).toBe('null/null')
  })
})

test('hung runs count only while they are going on', () => {
  const hung = run('running', '2026-03-06T02:10', {
    startedAt: at('2026-03-06T02:00'),
    endedAt: null,
    hungAt: at('2026-03-06T02:00') + 5 * MINUTE_MS,
  })
  const prepared = prepareFacts(facts({ arrivals: [load], runs: [hung] }))
  expect(new Forecast(nightly, prepared, at('2026-03-06T01:00')).at(at('2026-03-06T03:00')).reason).toBe('overdue')
  expect(new Forecast(nightly, prepared, at('2026-03-06T02:00')).at(at('2026-03-06T03:00')).reason).toBe('run-hung')
})
