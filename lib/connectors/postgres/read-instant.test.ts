import { describe, expect, test } from 'vitest'
import { NEVER, readInstant, TYPE } from './read-instant.ts'

const NOW = Date.parse('2026-11-29T06:00Z')
const NEW_YORK = 'America/New_York'
const at = (text: string | null, type: number, zone = 'UTC') => {
  const reading = readInstant(text, type, zone, NOW)
  return reading.ok ? reading.at : reading.problem
}

describe('times with a zone', () => {
  test.each([
    ['2026-11-20 06:41:00.123456+00', Date.UTC(2026, 10, 20, 6, 41, 0, 123)],
    ['2026-11-20 06:41:00+05:30', Date.UTC(2026, 10, 20, 1, 11)],
    ['2026-11-20 06:41:00-05', Date.UTC(2026, 10, 20, 11, 41)],
    ['12026-01-01 00:00:00+00', NEVER],
    ['infinity', NEVER],
  ])('%s', (text, expected) => {
    expect(at(text, TYPE.timestamptz)).toBe(expected)
  })

  test.each(['0044-03-15 00:00:00+00 BC', '0001-01-01 00:00:00+00', '-infinity'])('%s stands for none', (text) => {
    expect(at(text, TYPE.timestamptz)).toContain('"no time"')
  })
})

describe('wall clocks and days', () => {
  test('follow the summer time of their zone', () => {
    expect(at('2026-07-01 08:00:00', TYPE.timestamp, NEW_YORK)).toBe(Date.parse('2026-07-01T12:00Z'))
    expect(at('2026-12-01 08:00:00', TYPE.timestamp, NEW_YORK)).toBe(Date.parse('2026-12-01T13:00Z'))
  })

  test('a day lasts to its last instant, also when it has 23 or 25 hours', () => {
    expect(at('2026-03-08', TYPE.date, NEW_YORK)).toBe(Date.parse('2026-03-09T04:00Z') - 1)
    expect(at('2026-11-01', TYPE.date, NEW_YORK)).toBe(Date.parse('2026-11-02T05:00Z') - 1)
  })

  test('that autumn repeats mean the first, whenever they are asked for, and carry the second', () => {
    const first = Date.parse('2026-11-01T05:30Z')
    for (const [text, type] of [
      ['2026-11-01 01:30:00', TYPE.timestamp],
      ['2026-11-01T01:30', TYPE.text],
      ['202611010130', TYPE.int8],
    ] as const) {
      expect(readInstant(text, type, NEW_YORK, NOW)).toMatchObject({ at: first, orAt: first + 3_600_000 })
    }
    expect(readInstant('2026-11-01 01:30:00-05', TYPE.timestamptz, NEW_YORK, NOW)).toMatchObject({ at: first + 3_600_000, orAt: null })
  })

  test('are marked, so that a missing zone can be warned about', () => {
    expect(readInstant('2026-07-01 08:00:00', TYPE.timestamp, 'UTC', NOW)).toMatchObject({ wallClock: true, precision: 'instant' })
    expect(readInstant('2026-07-01', TYPE.date, 'UTC', NOW)).toMatchObject({ wallClock: true, precision: 'day' })
    expect(readInstant('2026-07-01 08:00:00+00', TYPE.timestamptz, 'UTC', NOW)).toMatchObject({ wallClock: false })
  })
})

describe('numbers', () => {
  test.each([
    ['1795000000', 1_795_000_000_000],
    ['1795000000.5', 1_795_000_000_500],
    ['1795000000500', 1_795_000_000_500],
    ['1795000000500000', 1_795_000_000_500],
    ['1795000000500000000', 1_795_000_000_500],
    ['20261120', Date.UTC(2026, 10, 21) - 1],
    ['Infinity', NEVER],
  ])('%s', (text, expected) => {
    expect(at(text, TYPE.numeric)).toBe(expected)
  })

  test.each(['0', '7', '-5', '20261399', 'NaN', '99991231'])('%s is no time', (text) => {
    expect(at(text, TYPE.int8)).toContain('no time')
  })
})

describe('texts', () => {
  test('are read as a moment, a day or a number', () => {
    expect(at('2026-11-20T06:41:00Z', TYPE.text)).toBe(Date.UTC(2026, 10, 20, 6, 41))
    expect(at('2026-11-20', TYPE.varchar)).toBe(Date.UTC(2026, 10, 21) - 1)
    expect(at('1795000000.25', TYPE.text)).toBe(1_795_000_000_250)
    expect(at('20261120T064100Z', TYPE.text)).toBe(Date.UTC(2026, 10, 20, 6, 41))
    expect(at('20261120064100.5Z', TYPE.text)).toBe(Date.UTC(2026, 10, 20, 6, 41, 0, 500))
    expect(at('20261120 064100', TYPE.text, NEW_YORK)).toBe(Date.UTC(2026, 10, 20, 11, 41))
    expect(at('2026/11/20 06:41:00', TYPE.text, NEW_YORK)).toBe(Date.UTC(2026, 10, 20, 11, 41))
    expect(at('2026/11/20', TYPE.text)).toBe(Date.UTC(2026, 10, 21) - 1)
    expect(at('20.11.2026', TYPE.text)).toContain('does not read as a time')
    expect(at('11/20/2026', TYPE.text)).toContain('does not read as a time')
    expect(at('20261120064100', TYPE.text, NEW_YORK)).toBe(Date.UTC(2026, 10, 20, 11, 41))
    expect(at('  ', TYPE.text)).toContain('no time')
    expect(at('yesterday', TYPE.text)).toContain('does not read as a time')
    expect(at('2026-02-30', TYPE.text)).toContain('does not read as a time')
  })
})

test('nothing is nothing, and a truth value is no time', () => {
  expect(at(null, TYPE.timestamptz)).toBeNull()
  expect(at('t', 16)).toContain('not of a type')
})
