import { describe, expect, test } from 'vitest'
import { isBroken, STATUSES, severity, worstOf } from './status.ts'

describe('severity', () => {
  test('is stale, late, unknown, maintenance, fresh', () => {
    expect(STATUSES.toSorted((a, b) => severity(a) - severity(b))).toEqual(['stale', 'late', 'unknown', 'maintenance', 'fresh'])
  })

  test('lets the worst win, and no status count for nothing', () => {
    expect(worstOf(['fresh', null, 'unknown', 'maintenance'])).toBe('unknown')
    expect(worstOf(['late', 'stale'])).toBe('stale')
    expect(worstOf([null, null])).toBeNull()
    expect(worstOf([])).toBeNull()
  })

  test('knows what breaks a promise', () => {
    expect([...STATUSES, null].filter(isBroken)).toEqual(['stale', 'late'])
  })
})
