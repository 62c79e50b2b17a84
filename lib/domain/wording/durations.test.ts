import { describe, expect, test } from 'vitest'
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '#lib/domain/time/instant.ts'
import { age, formatDuration } from './durations.ts'

describe('formatDuration', () => {
  test.each([
    [0, '0 s'],
    [999, 'under 1 s'],
    [SECOND_MS, '1 s'],
    [90 * MINUTE_MS, '1 h 30 min'],
    [DAY_MS, '1 d'],
    [DAY_MS + 5 * MINUTE_MS, '1 d 5 min'],
    [DAY_MS + HOUR_MS + MINUTE_MS, '1 d 1 h'],
    [400 * DAY_MS, '400 d'],
    [-5 * MINUTE_MS, '0 s'],
  ])('writes %d ms as %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text)
  })

  test('shows as many units as asked for', () => {
    expect(formatDuration(DAY_MS + HOUR_MS + MINUTE_MS + SECOND_MS, 4)).toBe('1 d 1 h 1 min 1 s')
    expect(formatDuration(HOUR_MS - 1, 1)).toBe('59 min')
  })
})

test('ages and lengths are cut, never rounded up', () => {
  const at = Date.parse('2026-11-20T07:04:00Z')
  expect(age(at, at + 2 * 3_600_000 - 1)).toBe('1 hour ago')
  expect(age(at, at - 90_000)).toBe('in 1 minute')
  expect(age(at, at - 4 * HOUR_MS + MINUTE_MS)).toBe('in 3 h 59 min')
  expect(age(at, at - HOUR_MS)).toBe('in 1 h')
  expect(age(at, at - 2 * DAY_MS + HOUR_MS)).toBe('in 1 d 23 h')
  expect(age(at, at - 90 * DAY_MS + HOUR_MS)).toBe('in 89 d')
  expect(age(at, at)).toBe('just now')
  expect(age(at, at - 20_000)).toBe('just now')
  expect(age(at, at - 20_000, true)).toBe('in a moment')
  expect(formatDuration((3 * 3600 + 719) * 1000)).toBe('3 h 11 min')
  expect(formatDuration(86_400 * 1000)).toBe('1 d')
  expect(formatDuration(0 * 1000)).toBe('0 s')
  expect(formatDuration(0.4 * 1000)).toBe('under 1 s')
})
