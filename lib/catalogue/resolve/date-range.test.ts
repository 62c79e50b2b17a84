import { describe, expect, it } from 'vitest'
import { dateRangeOf, daysInRange, rangeProblem } from './date-range.ts'

const date = (name: string) => ({ name, kind: 'date' as const })

describe('the range of a flow', () => {
  it.each([
    [['from', 'to'], { from: 'from', to: 'to' }],
    [['untilDay', 'sinceDay'], { from: 'sinceDay', to: 'untilDay' }],
    [['from'], null],
    [['from', 'birthday'], null],
    [['from', 'to', 'until'], null],
  ])('of the dates %j is %j', (names, range) => expect(dateRangeOf(names.map(date))).toEqual(range))

  it('is none of two texts', () => {
    expect(dateRangeOf([{ name: 'from', kind: 'text' }, date('to')])).toBeNull()
  })
})

describe('the days of a range', () => {
  it.each([
    ['2026-11-01', '2026-11-01', 1],
    ['2026-10-30', '2026-11-03', 5],
    ['2026-11-03', '2026-11-01', -1],
    ['2026-11-03', '', null],
    ['2026-02-30', '2026-11-01', null],
  ])('from %s to %s are %s', (from, to, days) => expect(daysInRange(from, to)).toBe(days))
})

describe('a range', () => {
  const told = (from: string, to: string) => rangeProblem({ from: 'from', to: 'to' }, { from, to })

  it('that is reversed or too long is refused in words, with what is possible', () => {
    expect(told('2026-11-03', '2026-11-02')).toBe('from must not be after to.')
    expect(told('2025-01-01', '2026-11-02')).toBe('2025-01-01 to 2026-11-02 are 671 days; at most 400 are loaded at once.')
  })

  it('of one day, of the most there may be, or open at one end is taken', () => {
    expect([told('2026-11-03', '2026-11-03'), told('2025-01-01', '2026-02-04'), told('2026-11-03', '')]).toEqual([null, null, null])
  })
})
