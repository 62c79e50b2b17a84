import { describe, expect, test } from 'vitest'
import { at, iso } from '#lib/testing/history/domain-builders.ts'
import { HOUR_MS } from './instant.ts'
import {
  addDays,
  atTimeOfDay,
  daysBetween,
  endOfDay,
  isValidDay,
  localDay,
  startOfDay,
  timeOfDay,
  timeOfDaySchema,
  toDayNumber,
  toLocalDay,
} from './local-day.ts'
import { isValidZone } from './zone.ts'

const hours = (day: string, zone: string) => (endOfDay(day, zone) - startOfDay(day, zone)) / HOUR_MS

describe('the length of a day', () => {
  test.each([
    ['2026-03-08', 'America/New_York', 23],
    ['2026-11-01', 'America/New_York', 25],
    ['2026-11-02', 'America/New_York', 24],
    ['2026-03-29', 'Europe/Berlin', 23],
    ['2026-10-25', 'Europe/Berlin', 25],
    ['2026-10-04', 'Australia/Lord_Howe', 23.5],
    ['2026-04-05', 'Australia/Lord_Howe', 24.5],
    ['2011-12-29', 'Pacific/Apia', 24],
    ['2011-12-30', 'Pacific/Apia', 0],
    ['2011-12-31', 'Pacific/Apia', 24],
    ['2026-06-01', 'UTC', 24],
  ])('%s in %s is %d hours', (day, zone, expected) => {
    expect(hours(day, zone)).toBe(expected)
  })
})

describe('dates', () => {
  test('change at local midnight', () => {
    const midnight = at('2026-11-20T05:00')
    expect([midnight - 1, midnight].map((t) => localDay(t, 'America/New_York'))).toEqual(['2026-11-19', '2026-11-20'])
  })

  test('add and subtract across months, leap days and years', () => {
    expect(addDays('2028-02-28', 1)).toBe('2028-02-29')
    expect(addDays('2026-12-31', 1)).toBe('2027-01-01')
    expect(addDays('2026-03-01', -1)).toBe('2026-02-28')
    expect(daysBetween('2026-02-28', '2026-03-01')).toBe(1)
    expect(daysBetween('2026-03-09', '2026-03-07')).toBe(-2)
  })

  test('turn into day numbers and back', () => {
    expect(toDayNumber('1970-01-01')).toBe(0)
    expect(toLocalDay(toDayNumber('1969-12-31'))).toBe('1969-12-31')
  })

  test.each([
    ['2026-11-20', true],
    ['2026-02-30', false],
    ['2026-1-1', false],
    ['tomorrow', false],
    ['', false],
  ])('%j is a date: %s', (day, valid) => {
    expect(isValidDay(day)).toBe(valid)
  })
})

describe('times of day', () => {
  test('are read in the zone, also before and after clocks change', () => {
    expect(iso(atTimeOfDay('2026-03-07', '08:00', 'America/New_York'))).toBe('2026-03-07T13:00:00.000Z')
    expect(iso(atTimeOfDay('2026-03-08', '08:00', 'America/New_York'))).toBe('2026-03-08T12:00:00.000Z')
  })

  test('that do not exist on a day are shifted, that exist twice come first', () => {
    expect(timeOfDay(atTimeOfDay('2026-03-08', '02:30', 'America/New_York'), 'America/New_York')).toBe('03:30')
    expect(iso(atTimeOfDay('2026-11-01', '01:30', 'America/New_York'))).toBe('2026-11-01T05:30:00.000Z')
  })

  test('are shown in the zone', () => {
    expect(timeOfDay(at('2026-11-20T12:59:59'), 'America/New_York')).toBe('07:59')
    expect(timeOfDay(at('2026-11-20T12:59:59'), 'Asia/Kathmandu')).toBe('18:44')
  })

  test.each(['08:00', '00:00', '23:59'])('%s is one', (text) => {
    expect(timeOfDaySchema.parse(text)).toBe(text)
  })

  test.each(['8:00', '24:00', '08:60', '08', '', '08:00:00'])('%j is none', (text) => {
    expect(timeOfDaySchema.safeParse(text).success).toBe(false)
  })
})

test('zones are IANA names', () => {
  expect([isValidZone('Europe/Berlin'), isValidZone('Berlin'), isValidZone('+01:00')]).toEqual([true, false, false])
})
