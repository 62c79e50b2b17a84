import { describe, expect, it } from 'vitest'
import { DAY_MS, MINUTE_MS } from '#lib/domain/time/instant.ts'
import { probeSpacingMs, probeTimeoutMs } from './probe-interval.ts'

describe('the pace of probes', () => {
  it('is the interval, within a tenth', () => {
    expect(probeSpacingMs(MINUTE_MS, 0, 0)).toBe(54_000)
    expect(probeSpacingMs(MINUTE_MS, 0, 0.5)).toBe(60_000)
    expect(probeSpacingMs(MINUTE_MS, 0, 1)).toBe(66_000)
  })

  it.each([
    [1, 1],
    [2, 1],
    [3, 2],
    [4, 4],
    [5, 4],
    [500, 4],
  ])('after %i failures in a row is %i times as slow', (failures, times) => {
    expect(probeSpacingMs(MINUTE_MS, failures, 0.5)).toBe(times * MINUTE_MS)
  })
})

describe('the limit of one look', () => {
  it('is the interval, but neither seconds nor weeks', () => {
    expect(probeTimeoutMs(5 * MINUTE_MS)).toBe(5 * MINUTE_MS)
    expect(probeTimeoutMs(1000)).toBe(MINUTE_MS)
    expect(probeTimeoutMs(30 * DAY_MS)).toBe(DAY_MS)
  })
})
