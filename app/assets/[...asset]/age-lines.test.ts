import { describe, expect, test } from 'vitest'
import type { AgeStretch } from '#lib/domain/freshness/days/age-history.ts'
import { ageLines } from './age-lines.ts'

const stretch = (from: number, to: number, at: number | null, lateAt: number | null = null, staleAt: number | null = null): AgeStretch => ({
  ...{ from, to, at, lateAt, staleAt },
})

describe('the chart of ages', () => {
  test('grows with time, falls with each value, and is broken where nothing was', () => {
    const { age, topMs } = ageLines([stretch(0, 50, 0), stretch(50, 75, 50), stretch(75, 80, null), stretch(80, 100, 80)], 0, 100)
    expect(topMs).toBeCloseTo(56)
    expect(age).toBe('M0 160L500 17.1L500 160L750 88.6M800 160L1000 102.9')
  })

  test('what is above a limit is filled from where it passed it', () => {
    const { overLate, overStale, late } = ageLines([stretch(0, 100, 0, 50, 150)], 0, 100)
    expect(overLate).toMatch(/^M500 (\S+)L500 \1L1000 \S+V\1Z$/)
    expect(overStale).toBe('')
    expect(late).toMatch(/^M0 \S+H1000$/)
  })

  test('what was over from the beginning is filled from there', () => {
    expect(ageLines([stretch(50, 100, 0, 20)], 50, 100).overLate).toMatch(/^M0 /)
  })

  test('a limit far away is left out rather than everything else made flat', () => {
    expect(ageLines([stretch(0, 100, 0, 50, 100_000)], 0, 100).stale).toBe('')
    expect(ageLines([stretch(0, 100, 0, 50, 150)], 0, 100).stale).not.toBe('')
  })

  test.each([
    ['nothing', [], 0, 0],
    ['one instant', [stretch(5, 5, 5)], 5, 5],
    ['what is not old', [stretch(0, 1, 0)], 0, 1],
  ])('of %s is finite', (_, stretches, from, to) => {
    expect(JSON.stringify(ageLines(stretches, from, to))).not.toMatch(/NaN|Infinity|null/)
  })
})
