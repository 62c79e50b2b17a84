import { describe, expect, it } from 'vitest'
import { livenessInWords, livenessOf, type SignsOfLife } from './liveness.ts'
import { LEASE_MS } from './run.ts'

const NOW = Date.parse('2026-03-01T07:10:00Z')

/** A running run whose lease was renewed so many seconds ago. */
function renewed(secondsAgo: number, more: Partial<SignsOfLife> = {}): SignsOfLife {
  return { state: 'running', leaseUntil: NOW - secondsAgo * 1000 + LEASE_MS, reportedAt: null, ...more }
}

describe('the last sign of life', () => {
  it('is the last renewal of the lease', () => {
    expect(livenessOf(renewed(4), NOW)).toEqual({ at: NOW - 4000, isSilent: false, heldUntil: NOW + 26_000 })
  })

  it('is a line of the log when that is newer', () => {
    expect(livenessOf(renewed(9, { reportedAt: NOW - 1000 }), NOW)?.at).toBe(NOW - 1000)
    expect(livenessOf(renewed(2, { reportedAt: NOW - 60_000 }), NOW)?.at).toBe(NOW - 2000)
  })

  it('is never in the future, whatever the clocks say', () => {
    expect(livenessOf(renewed(-5), NOW)?.at).toBe(NOW)
  })

  it('is asked only of what runs', () => {
    expect(livenessOf(renewed(4, { state: 'completed' }), NOW)).toBeNull()
    expect(livenessInWords(renewed(4, { leaseUntil: null }), NOW)).toBeNull()
  })
})

describe('in words', () => {
  it.each([
    [0, 'Last sign of life 0 s ago.'],
    [4, 'Last sign of life 4 s ago.'],
    [15, 'Last sign of life 15 s ago.'],
    [16, 'No sign of life for 16 s. If none comes within 14 s, another worker takes over.'],
    [30, 'No sign of life for 30 s: its worker is lost. Another one goes on where it was, as soon as there is one.'],
    [95, 'No sign of life for 1 min 35 s: its worker is lost. Another one goes on where it was, as soon as there is one.'],
  ])('a renewal %d seconds ago is "%s"', (seconds, words) => {
    expect(livenessInWords(renewed(seconds), NOW)).toBe(words)
  })
})
