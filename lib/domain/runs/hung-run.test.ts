import { describe, expect, it } from 'vitest'
import { HOUR_MS, MINUTE_MS } from '#lib/domain/time/instant.ts'
import { hungAfterMs, hungAt, typicalDurationMs } from './hung-run.ts'

describe('hung runs', () => {
  it('knows no typical duration without runs', () => {
    expect(typicalDurationMs([])).toBeNull()
  })

  it('takes the middle, not the mean', () => {
    expect(typicalDurationMs([1, 100, 3])).toBe(3)
    expect(typicalDurationMs([1, 3, 5, 100])).toBe(4)
  })

  it('waits half the timeout while nothing is known', () => {
    expect(hungAfterMs(null, 4 * HOUR_MS)).toBe(2 * HOUR_MS)
  })

  it('waits three times what is typical', () => {
    expect(hungAfterMs(10 * MINUTE_MS, 4 * HOUR_MS)).toBe(30 * MINUTE_MS)
  })

  it('gives a run of seconds a minute', () => {
    expect(hungAfterMs(2000, 4 * HOUR_MS)).toBe(MINUTE_MS + 2000)
  })

  it('never waits longer than the timeout', () => {
    expect(hungAfterMs(3 * HOUR_MS, 4 * HOUR_MS)).toBe(4 * HOUR_MS)
  })

  it('counts from the start', () => {
    expect(hungAt(1_000_000, [10 * MINUTE_MS], 4 * HOUR_MS)).toBe(1_000_000 + 30 * MINUTE_MS)
  })
})
