import { describe, expect, test } from 'vitest'
import { readTime } from './convert-time.ts'

const NOW = Date.parse('2026-11-29T06:00Z')
const NEW_YORK = 'America/New_York'
const read = (text: string) => {
  const time = readTime(text, NEW_YORK, NOW)
  return time === null ? null : new Date(time.at).toISOString()
}

describe('a time in a text that nobody typed', () => {
  test.each([
    ['2026-11-28', '2026-11-29T04:59:59.999Z'],
    ['2026-11-28T13:05:00', '2026-11-28T18:05:00.000Z'],
    ['2026-11-28-13.05.00.250000', '2026-11-28T18:05:00.250Z'],
    ['2026-11-28T13:05:00+01:00', '2026-11-28T12:05:00.000Z'],
    ['/Date(1795000000500)/', '2026-11-18T11:06:40.500Z'],
    ['20261128', '2026-11-29T04:59:59.999Z'],
    ['20261128130500', '2026-11-28T18:05:00.000Z'],
    ['20261128130500.1234567', '2026-11-28T18:05:00.123Z'],
    ['1795000000', '2026-11-18T11:06:40.000Z'],
    ['639000000000000000', null],
    ['7', null],
    ['n/a', null],
    ['', null],
  ])('%s', (text, expected) => {
    expect(read(text)).toBe(expected)
  })

  test('that autumn repeats means the first and carries the second, unless it has an offset', () => {
    const first = Date.parse('2026-11-01T05:30Z')
    for (const text of ['2026-11-01T01:30:00', '2026-11-01-01.30.00.000000', '20261101013000']) {
      expect(readTime(text, NEW_YORK, NOW), text).toMatchObject({ at: first, orAt: first + 3_600_000 })
    }
    expect(readTime('2026-11-01T01:30:00-04:00', NEW_YORK, NOW)).toEqual({ at: first, precision: 'instant' })
  })
})
