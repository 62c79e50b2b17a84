import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { at, iso } from '#lib/testing/history/domain-builders.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS } from './instant.ts'
import { dayNumberAt, instantOf, instantsOf, isValidZone, offsetAt, startOfDayNumber, wallTimeAt } from './zone.ts'

const ZONES = [
  'UTC',
  'America/New_York',
  'Europe/Berlin',
  'Australia/Lord_Howe',
  'Pacific/Apia',
  'America/St_Johns',
  'America/Sao_Paulo',
  'America/Havana',
  'Africa/Casablanca',
  'Asia/Kathmandu',
  'Asia/Gaza',
]
const anInstant = fc.integer({ min: at('1985-01-01') / MINUTE_MS, max: at('2037-01-01') / MINUTE_MS }).map((minutes) => minutes * MINUTE_MS)
const aZone = fc.constantFrom(...ZONES)

describe('offsets', () => {
  test('change at the very millisecond, both ways', () => {
    const spring = at('2026-03-08T07:00')
    const autumn = at('2026-11-01T06:00')
    expect([spring - 1, spring].map((t) => offsetAt(t, 'America/New_York') / HOUR_MS)).toEqual([-5, -4])
    expect([autumn - 1, autumn].map((t) => offsetAt(t, 'America/New_York') / HOUR_MS)).toEqual([-4, -5])
  })

  test('know half an hour of summer time', () => {
    expect(offsetAt(at('2026-01-15'), 'Australia/Lord_Howe') / HOUR_MS).toBe(11)
    expect(offsetAt(at('2026-07-15'), 'Australia/Lord_Howe') / HOUR_MS).toBe(10.5)
  })

  test('agree with what Intl shows', () => {
    fc.assert(
      fc.property(anInstant, aZone, (instant, zone) => {
        const shown = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'medium' }).format(instant)
        expect(new Date(wallTimeAt(instant, zone)).toISOString().slice(0, 19).replace('T', ' ')).toBe(shown)
      }),
    )
  })

  test('of a zone that nobody knows are an error, not UTC', () => {
    expect(() => offsetAt(0, 'Mars/Olympus')).toThrow('Unknown time zone')
  })
})

describe('isValidZone', () => {
  test.each([
    ['America/New_York', true],
    ['UTC', true],
    ['Etc/GMT+5', true],
    ['+02:00', false],
    ['', false],
    ['New York', false],
    ['Mars/Olympus', false],
  ])('%j: %s', (name, valid) => {
    expect(isValidZone(name)).toBe(valid)
  })
})

describe('wall times', () => {
  test('that clocks skip are shifted by the gap', () => {
    expect(iso(instantOf(at('2026-03-08T02:30'), 'America/New_York'))).toBe('2026-03-08T07:30:00.000Z')
    expect(iso(instantOf(at('2026-03-29T02:30'), 'Europe/Berlin'))).toBe('2026-03-29T01:30:00.000Z')
    expect(iso(instantOf(at('2026-10-04T02:10'), 'Australia/Lord_Howe'))).toBe('2026-10-03T15:40:00.000Z')
    expect(instantsOf(at('2026-03-08T02:30'), 'America/New_York')).toEqual([])
  })

  test('that clocks repeat happen first at their first occurrence', () => {
    expect(instantsOf(at('2026-11-01T01:30'), 'America/New_York').map(iso)).toEqual([
      '2026-11-01T05:30:00.000Z',
      '2026-11-01T06:30:00.000Z',
    ])
    expect(iso(instantOf(at('2026-11-01T01:30'), 'America/New_York'))).toBe('2026-11-01T05:30:00.000Z')
    expect(instantsOf(at('2026-04-05T01:45'), 'Australia/Lord_Howe')).toHaveLength(2)
  })

  test('lead back to the instant that showed them', () => {
    fc.assert(
      fc.property(anInstant, aZone, (instant, zone) => {
        const wall = wallTimeAt(instant, zone)
        const found = instantsOf(wall, zone)
        expect(found).toContain(instant)
        expect(found.every((t) => wallTimeAt(t, zone) === wall)).toBe(true)
        expect(instantOf(wall, zone)).toBe(found[0])
      }),
    )
  })
})

describe('local days', () => {
  test('never come back and begin at their start', () => {
    fc.assert(
      fc.property(anInstant, fc.integer({ min: 0, max: 3 * DAY_MS }), aZone, (instant, later, zone) => {
        const day = dayNumberAt(instant, zone)
        expect(dayNumberAt(instant + later, zone)).toBeGreaterThanOrEqual(day)
        expect(startOfDayNumber(day, zone)).toBeLessThanOrEqual(instant)
        expect(startOfDayNumber(day + 1, zone)).toBeGreaterThan(instant)
      }),
      { numRuns: 1000 },
    )
  })

  test('begin at one o’clock where midnight is skipped', () => {
    const day = at('2018-11-04') / DAY_MS
    expect(iso(startOfDayNumber(day, 'America/Sao_Paulo'))).toBe('2018-11-04T03:00:00.000Z')
    expect(dayNumberAt(at('2018-11-04T03:00') - 1, 'America/Sao_Paulo')).toBe(day - 1)
  })

  test('that a zone skipped have no length', () => {
    const day = at('2011-12-30') / DAY_MS
    expect(startOfDayNumber(day, 'Pacific/Apia')).toBe(startOfDayNumber(day + 1, 'Pacific/Apia'))
    expect(dayNumberAt(at('2011-12-30T10:00') - 1, 'Pacific/Apia')).toBe(day - 1)
    expect(dayNumberAt(at('2011-12-30T10:00'), 'Pacific/Apia')).toBe(day + 1)
  })

  test('do not come back where clocks went back over midnight', () => {
    // St. John's used to set clocks back at 00:01: the first minute of Sunday, then an hour of Saturday again.
    const sunday = at('2010-11-07') / DAY_MS
    const start = startOfDayNumber(sunday, 'America/St_Johns')
    expect(iso(start)).toBe('2010-11-07T02:30:00.000Z')
    expect([start - 1, start, start + 30 * MINUTE_MS].map((t) => dayNumberAt(t, 'America/St_Johns') - sunday)).toEqual([-1, 0, 0])
  })
})
