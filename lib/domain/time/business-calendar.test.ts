import { describe, expect, test } from 'vitest'
import { businessDayAfter, isBusinessDay, weekdayOf } from './business-calendar.ts'
import { toDayNumber, toLocalDay } from './local-day.ts'

const campus = { weekdays: [1, 2, 3, 4, 5], holidays: ['2026-11-26', '2026-11-27'] }
const dayAfter = (day: string, count: number, calendar: typeof campus | null) => {
  const found = businessDayAfter(toDayNumber(day), count, calendar)
  return found === null ? null : toLocalDay(found)
}

describe('weekdays', () => {
  test.each([
    ['1969-12-31', 3],
    ['1970-01-01', 4],
    ['2026-11-20', 5],
    ['2026-11-22', 7],
    ['2026-11-23', 1],
  ])('%s is weekday %d', (day, weekday) => {
    expect(weekdayOf(toDayNumber(day))).toBe(weekday)
  })
})

describe('isBusinessDay', () => {
  test.each([
    ['2026-11-20', true],
    ['2026-11-21', false],
    ['2026-11-25', true],
    ['2026-11-26', false],
    ['2026-11-27', false],
    ['2026-11-30', true],
  ])('%s: %s', (day, counts) => {
    expect(isBusinessDay(toDayNumber(day), campus)).toBe(counts)
  })

  test('every day counts without a calendar', () => {
    expect(isBusinessDay(toDayNumber('2026-11-21'), null)).toBe(true)
  })
})

describe('businessDayAfter', () => {
  test('steps over weekends and holidays', () => {
    expect(dayAfter('2026-11-20', 1, campus)).toBe('2026-11-23')
    expect(dayAfter('2026-11-25', 1, campus)).toBe('2026-11-30')
    expect(dayAfter('2026-11-25', 2, campus)).toBe('2026-12-01')
    expect(dayAfter('2026-11-28', 1, campus)).toBe('2026-11-30')
  })

  test('counts every day without a calendar', () => {
    expect(dayAfter('2026-11-20', 1, null)).toBe('2026-11-21')
  })

  test('gives up on a calendar without days', () => {
    expect(dayAfter('2026-11-20', 1, { weekdays: [], holidays: [] })).toBeNull()
  })

  test('answers the same the second time', () => {
    expect(dayAfter('2026-11-20', 100, campus)).toBe(dayAfter('2026-11-20', 100, campus))
  })
})
