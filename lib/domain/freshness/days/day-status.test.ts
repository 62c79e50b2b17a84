import { describe, expect, test } from 'vitest'
import type { Span } from '#lib/domain/freshness/span.ts'
import type { Status } from '#lib/domain/freshness/status.ts'
import { END_OF_TIME } from '#lib/domain/time/instant.ts'
import { boundsOfDay } from '#lib/domain/time/local-day.ts'
import { at } from '#lib/testing/history/domain-builders.ts'
import { type DayInput, type DayStatus, rollUpDay } from './day-status.ts'

const DAY = '2026-11-20'
const span = (from: string, to: string, status: Status | null): Span => ({ from: at(from), to: at(to), status, reason: null })
const input = (own: Partial<DayInput> = {}): DayInput => ({
  spans: [],
  blind: [],
  arrivals: [],
  expected: [],
  missed: [],
  readyAt: null,
  ...own,
})
const rolled = (own: Partial<DayInput>, day = DAY, zone = 'UTC', until = END_OF_TIME) =>
  rollUpDay(input(own), boundsOfDay(day, zone), until)
const sum = (d: DayStatus) => d.freshSeconds + d.lateSeconds + d.staleSeconds + d.unknownSeconds + d.maintenanceSeconds + d.noneSeconds

describe('a day', () => {
  test('counts seconds per status, cut at its own midnights', () => {
    const spans = [
      span('2026-11-19T12:00', '2026-11-20T06:00', 'fresh'),
      span('2026-11-20T06:00', '2026-11-20T08:00', 'late'),
      span('2026-11-20T08:00', '2026-11-22T00:00', 'stale'),
    ]
    expect(rolled({ spans })).toMatchObject({
      freshSeconds: 6 * 3600,
      lateSeconds: 2 * 3600,
      staleSeconds: 16 * 3600,
      noneSeconds: 0,
      worst: 'stale',
    })
  })

  test('that nothing was promised on is none, and hollow', () => {
    expect(rolled({})).toMatchObject({ noneSeconds: 86_400, worst: null, ready: null })
    expect(
      rolled({ spans: [span('2026-11-20T00:00', '2026-11-20T12:00', null), span('2026-11-20T12:00', '2026-11-21T00:00', 'unknown')] }),
    ).toMatchObject({
      noneSeconds: 43_200,
      unknownSeconds: 43_200,
      worst: 'unknown',
    })
  })

  test.each([
    ['2026-03-08', 'America/New_York', 23],
    ['2026-11-01', 'America/New_York', 25],
    ['2026-03-29', 'Europe/Berlin', 23],
    ['2026-10-25', 'Europe/Berlin', 25],
    ['2026-10-04', 'Australia/Lord_Howe', 23.5],
    ['2026-04-05', 'Australia/Lord_Howe', 24.5],
    ['2011-12-30', 'Pacific/Apia', 0],
  ])('%s in %s adds up to %d hours', (day, zone, hours) => {
    const spans = [span('2000-01-01T00:00', '2030-01-01T00:00', 'fresh')]
    expect(sum(rolled({ spans }, day, zone))).toBe(hours * 3600)
    expect(rolled({ spans }, day, zone).freshSeconds).toBe(hours * 3600)
  })

  test('adds up although its spans end between seconds', () => {
    const edges = ['2026-11-20T00:00', '2026-11-20T01:00:00.400', '2026-11-20T01:00:00.700', '2026-11-20T13:37:42.999', '2026-11-21T00:00']
    const statuses = ['fresh', 'late', 'stale', 'unknown'] as const
    const spans = statuses.map((status, n) => span(edges[n] ?? '', edges[n + 1] ?? '', status))
    const day = rolled({ spans })
    expect(sum(day)).toBe(86_400)
    expect(day).toMatchObject({ lateSeconds: 0, worst: 'stale' })
  })

  test('of today counts what has passed until now', () => {
    const spans = [span('2026-11-20T00:00', '2026-11-20T18:00', 'fresh')]
    expect(sum(rolled({ spans }, DAY, 'UTC', at('2026-11-20T09:00:00.500')))).toBe(9 * 3600)
    expect(sum(rolled({ spans }, DAY, 'UTC', at('2026-11-19T09:00')))).toBe(0)
  })

  test('counts blindness once, whatever its gaps overlap, and beside the statuses', () => {
    const blind = [
      { from: at('2026-11-19T23:00'), to: at('2026-11-20T02:00') },
      { from: at('2026-11-20T01:00'), to: at('2026-11-20T03:00') },
      { from: at('2026-11-20T10:00'), to: END_OF_TIME },
    ]
    expect(rolled({ blind }, DAY, 'UTC', at('2026-11-20T11:00'))).toMatchObject({ blindSeconds: 4 * 3600, noneSeconds: 11 * 3600 })
  })

  test('counts what happened on it, its midnight included and the next one not', () => {
    const instants = ['2026-11-19T23:59:59.999', '2026-11-20T00:00', '2026-11-20T23:59:59.999', '2026-11-21T00:00'].map(at)
    expect(rolled({ arrivals: instants, expected: instants, missed: [at('2026-11-20T02:00')] })).toMatchObject({
      arrivals: 2,
      expected: 2,
      missed: 1,
    })
  })
})

describe('ready when people start to look', () => {
  const ready = (status: Status | null, until = END_OF_TIME) =>
    rolled({ spans: [span('2026-11-19T00:00', '2026-11-22T00:00', status)], readyAt: at('2026-11-20T08:00') }, DAY, 'UTC', until).ready

  test.each([
    ['fresh', true],
    ['late', false],
    ['stale', false],
    ['unknown', false],
    ['maintenance', null],
    [null, null],
  ] as const)('%s: %s', (status, expected) => {
    expect(ready(status)).toBe(expected)
  })

  test('is not asked before the time, nor on days that expect nothing', () => {
    expect(ready('fresh', at('2026-11-20T08:00'))).toBeNull()
    expect(ready('fresh', at('2026-11-20T08:00:00.001'))).toBe(true)
    expect(rolled({ spans: [span('2026-11-19T00:00', '2026-11-22T00:00', 'fresh')] }).ready).toBeNull()
  })

  test('looks at that very instant', () => {
    const spans = [span('2026-11-20T00:00', '2026-11-20T08:00', 'late'), span('2026-11-20T08:00', '2026-11-21T00:00', 'fresh')]
    expect(rolled({ spans, readyAt: at('2026-11-20T08:00') }).ready).toBe(true)
    expect(rolled({ spans, readyAt: at('2026-11-20T07:59:59.999') }).ready).toBe(false)
  })
})
