import { describe, expect, it } from 'vitest'
import { DAY_MS, MINUTE_MS } from '#lib/domain/time/instant.ts'
import { flowTriggerSchema, pauseAfterFailures, quietFrom } from './triggers.ts'

describe('a run that was asked for', () => {
  it.each([
    ['begins at once without a debounce', { firstAt: 0, lastAt: 500, debounceMs: 0 }, 0],
    ['begins when it was quiet for so long', { firstAt: 0, lastAt: 30_000, debounceMs: 60_000 }, 90_000],
    ['is not put off for ever by what never ends', { firstAt: 0, lastAt: 90 * MINUTE_MS, debounceMs: 2 * MINUTE_MS }, 20 * MINUTE_MS],
    ['is put off by a day at most', { firstAt: 0, lastAt: 3 * DAY_MS, debounceMs: DAY_MS / 2 }, DAY_MS],
  ])('%s', (_, asked, expected) => {
    expect(quietFrom(asked)).toBe(expected)
  })

  it('does not begin anew every few seconds while every one before it fails, and never waits longer than half an hour', () => {
    expect([0, 1, 2, 3, 5, 6, 1000].map((failures) => pauseAfterFailures(failures) / MINUTE_MS)).toEqual([0, 1, 2, 4, 16, 30, 30])
  })
})

it('a trigger that nobody knows is none', () => {
  expect(flowTriggerSchema.safeParse({ kind: 'moon' }).success).toBe(false)
  expect(flowTriggerSchema.safeParse({ kind: 'fresh', feeds: ['a/b'] }).success).toBe(true)
})
