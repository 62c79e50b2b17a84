import { describe, expect, test } from 'vitest'
import { readNumberTime } from './number-time.ts'

const NOW = Date.parse('2026-11-29T06:00Z')
const NEW_YORK = 'America/New_York'
const at = (text: string, zone = 'UTC', now = NOW) => {
  const read = readNumberTime(text, zone, now)
  return read.ok ? new Date(read.at).toISOString() : read.problem
}

describe('a number that is a written date', () => {
  test.each([
    ['20261129', '2026-11-30T04:59:59.999Z'],
    ['2026112902', '2026-11-29T07:00:00.000Z'],
    ['202611290230', '2026-11-29T07:30:00.000Z'],
    ['20261129023054', '2026-11-29T07:30:54.000Z'],
    ['20261129023054.5', '2026-11-29T07:30:54.500Z'],
    ['20261129023054.000000', '2026-11-29T07:30:54.000Z'],
    ['20261129023054123', '2026-11-29T07:30:54.123Z'],
    ['2.0261129023054e+13', '2026-11-29T07:30:54.000Z'],
  ])('%s is read in its zone', (text, expected) => {
    expect(at(text, NEW_YORK)).toBe(expected)
  })

  test('of tomorrow counts, of the day after it does not', () => {
    expect(at('20261130')).toBe('2026-11-30T23:59:59.999Z')
    expect(at('20261201')).toContain('no time')
  })
})

describe('a number that counts since 1970', () => {
  test.each([
    ['1795000000', '2026-11-18T11:06:40.000Z'],
    ['1795000000.25', '2026-11-18T11:06:40.250Z'],
    ['1795000000500', '2026-11-18T11:06:40.500Z'],
    ['1795000000500000', '2026-11-18T11:06:40.500Z'],
    ['1.7950000005e+15', '2026-11-18T11:06:40.500Z'],
    ['1795000000500000000', '2026-11-18T11:06:40.500Z'],
    ['946684800', '2000-01-01T00:00:00.000Z'],
    ['946684800000', '2000-01-01T00:00:00.000Z'],
  ])('%s', (text, expected) => {
    expect(at(text, NEW_YORK)).toBe(expected)
  })
})

describe('a number that is no time for certain', () => {
  test.each([
    ['ticks of .NET', '639000000000000000', /nanoseconds since 1970 1990-.*ticks since the year 1 2025-/],
    ['file times of Windows', '134000000000000000', /nanoseconds since 1970 1974-/],
    ['a sentinel', '99991231', /written date 9999-12-31.*none lies between 1990 and tomorrow/],
    ['a written date far off', '20991231235959', /written date 2099-12-31 23:59:59, as milliseconds since 1970 2635-/],
    ['before 1990', '19870101', /written date 1987-01-01/],
    ['days since 1900', '46355', /seconds since 1970 1970-/],
    ['a counter', '7', /no time/],
    ['nothing', '0', /no time/],
    ['less than nothing', '-5', /no time/],
    ['no date of the calendar', '20261399', /no time/],
    ['more digits than any clock has', '179500000050000000012345', /no time/],
    ['no number', 'NaN', /no time/],
  ])('is none: %s', (_, text, words) => {
    expect(at(text)).toMatch(words)
  })

  test('names both readings where both could be meant', () => {
    const later = Date.parse('2036-01-01')
    expect(at('2026112902', 'UTC', later)).toMatch(/as a written date 2026-11-29 02:00:00, as seconds since 1970 2034-.*more than one/)
  })
})
