import { describe, expect, it } from 'vitest'
import { cellOfSeconds, DAY_UNITS, readDays, writeCell } from './day-cells.ts'

const HOUR = 3600

describe('a day as text', () => {
  it('is one letter when it was the same all day, a capital with a gap in our sight', () => {
    expect([writeCell([['fresh', 86_400]], false), writeCell([['late', 86_400]], true)]).toEqual(['f', 'L'])
    expect([writeCell([], false), writeCell([[null, 86_400]], true)]).toEqual(['.', 'o'])
  })

  it('has its parts when it was not, the worst first', () => {
    const seconds = [
      ['stale', 6 * HOUR],
      ['late', 6 * HOUR],
      ['fresh', 12 * HOUR],
    ] as const
    expect(writeCell(seconds, false)).toBe('(s7l7f14)')
    expect(writeCell(seconds, true)).toBe('(S7l7f14)')
  })

  it('shows a single stale minute, and only so much of it', () => {
    expect(
      writeCell(
        [
          ['stale', 60],
          ['fresh', 86_340],
        ],
        false,
      ),
    ).toBe('(s2f26)')
  })

  it('adds up to a day however many statuses it had', () => {
    const [day] = readDays(
      writeCell(
        [
          ['stale', 1],
          ['late', 1],
          ['unknown', 1],
          ['maintenance', 1],
          ['fresh', 1],
          [null, 86_395],
        ],
        false,
      ),
    )
    expect(day?.parts.reduce((sum, { units }) => sum + units, 0)).toBe(DAY_UNITS)
    expect(day?.parts).toHaveLength(6)
  })

  it('is read as it was written', () => {
    expect(readDays('f(S2f20.6)o.U')).toEqual([
      { status: 'fresh', blind: false, parts: [{ status: 'fresh', units: DAY_UNITS }] },
      {
        status: 'stale',
        blind: true,
        parts: [
          { status: 'stale', units: 2 },
          { status: 'fresh', units: 20 },
          { status: null, units: 6 },
        ],
      },
      { status: null, blind: true, parts: [{ status: null, units: DAY_UNITS }] },
      { status: null, blind: false, parts: [{ status: null, units: DAY_UNITS }] },
      { status: 'unknown', blind: true, parts: [{ status: 'unknown', units: DAY_UNITS }] },
    ])
  })

  it('comes from a stored row in seconds', () => {
    expect(['f', '!l', '.', '!.', 's60f86340', '!u43200.43200'].map(cellOfSeconds)).toEqual(['f', 'L', '.', 'o', '(s2f26)', '(U14.14)'])
  })
})
