import { describe, expect, it } from 'vitest'
import { type ProgressMark, rateInWords, throughputInWords, throughputOf, withMark } from './throughput.ts'

const START = Date.parse('2026-03-01T07:00:00Z')

/** Marks as a watcher collects them: `[seconds since the start, done]`. */
function watched(...looks: [number, number][]): ProgressMark[] {
  return looks.reduce<ProgressMark[]>((marks, [seconds, done]) => withMark(marks, { at: START + seconds * 1000, done }), [])
}

describe('the marks a watcher keeps', () => {
  it('reach back a minute and to the mark before, so that the stretch is never shorter', () => {
    const marks = watched([0, 0], [30, 100], [45, 150], [89, 400], [91, 410])
    expect(marks.map(({ at }) => (at - START) / 1000)).toEqual([30, 45, 89, 91])
  })

  it('begin anew when the count falls back, as after a crash', () => {
    expect(watched([0, 0], [10, 500], [20, 40])).toEqual([{ at: START + 20_000, done: 40 }])
  })

  it('ignore a look at the same instant or before', () => {
    expect(watched([10, 5], [10, 5], [9, 5])).toHaveLength(1)
  })
})

describe('a pace', () => {
  it('is that of the last minute beside that of the whole run', () => {
    const marks = watched([0, 0], [120, 12_000], [150, 21_000], [180, 30_000])
    expect(throughputOf(marks, START)).toEqual({ recent: 300, recentMs: 60_000, overall: 30_000 / 180 })
  })

  it('says nothing about the last minute from a single look', () => {
    expect(throughputOf(watched([100, 1000]), START)).toEqual({ recent: null, recentMs: 0, overall: 10 })
  })

  it('says nothing at all in the first three seconds, or before the start', () => {
    expect(throughputOf(watched([1, 10], [2, 20]), START)).toMatchObject({ recent: null, overall: null })
    expect(throughputOf([], START)).toEqual({ recent: null, recentMs: 0, overall: null })
    expect(throughputOf(watched([5, 10]), null).overall).toBeNull()
  })

  it('is zero when nothing moved, not unknown', () => {
    expect(throughputOf(watched([100, 50], [160, 50]), START).recent).toBe(0)
  })
})

describe('a pace in words', () => {
  it.each([
    [1234.4, '1,234 per second'],
    [312, '312 per second'],
    [4.24, '4.2 per second'],
    [1, '1.0 per second'],
    [0.5, '30 per minute'],
    [0.05, '3.0 per minute'],
    [0, '0 per minute'],
  ])('%d per second is "%s"', (rate, words) => {
    expect(rateInWords(rate)).toBe(words)
  })

  it('names the stretch it was watched for, which is a minute at most', () => {
    expect(throughputInWords({ recent: 340, recentMs: 60_000, overall: 312 })).toBe(
      '340 per second in the last minute, 312 per second overall',
    )
    expect(throughputInWords({ recent: 340, recentMs: 8000, overall: null })).toBe('340 per second in the last 8 s')
    expect(throughputInWords({ recent: null, recentMs: 0, overall: 2 })).toBe('2.0 per second overall')
    expect(throughputInWords({ recent: null, recentMs: 0, overall: null })).toBeNull()
  })
})
