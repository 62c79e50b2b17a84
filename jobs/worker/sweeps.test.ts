import { describe, expect, it } from 'vitest'
import { untilNext } from './sweeps.ts'

const NOW = Date.parse('2026-03-01T07:00:00Z')

describe('the wait until the next sweep', () => {
  it('ends right after the next status is due', () => {
    expect(untilNext(NOW + 1200, NOW)).toBe(1201)
  })

  it('is never longer than five seconds', () => {
    expect(untilNext(NOW + 3_600_000, NOW)).toBe(5000)
    expect(untilNext(null, NOW)).toBe(5000)
  })

  it('does not go in circles while another worker holds what is due', () => {
    expect(untilNext(NOW - 60_000, NOW)).toBe(50)
  })
})
