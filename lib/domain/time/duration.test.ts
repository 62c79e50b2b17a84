import { describe, expect, test } from 'vitest'
import { durationSchema, parseDuration } from './duration.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from './instant.ts'

describe('parseDuration', () => {
  test.each([
    ['30s', 30 * SECOND_MS],
    ['45m', 45 * MINUTE_MS],
    ['1h30m', 90 * MINUTE_MS],
    ['1h 30m', 90 * MINUTE_MS],
    ['2d', 2 * DAY_MS],
    ['1w2d3h4m5s', 9 * DAY_MS + 3 * HOUR_MS + 4 * MINUTE_MS + 5 * SECOND_MS],
    ['0m', 0],
    ['180d', 180 * DAY_MS],
  ])('reads %s', (text, ms) => {
    expect(parseDuration(text)).toBe(ms)
  })

  test.each(['', ' ', '5', 'm', '1.5h', '-5m', '5 minutes', '30m1h', '1h1h', '5M', '99999999999999999d'])('refuses %j', (text) => {
    expect(parseDuration(text)).toBeNull()
  })
})

describe('durationSchema', () => {
  test('parses to milliseconds', () => {
    expect(durationSchema.parse('1h30m')).toBe(90 * MINUTE_MS)
  })

  test('is at most a hundred years', () => {
    expect(durationSchema.parse('36500d')).toBe(36_500 * DAY_MS)
    expect(durationSchema.safeParse('36500d1s').error?.issues.map(({ message }) => message)).toEqual(['must be at most 36500d'])
  })

  test('says how to write one', () => {
    expect(durationSchema.safeParse('soon').error?.issues[0]?.message).toContain('45m')
    expect(durationSchema.safeParse(45).success).toBe(false)
  })
})
