import { describe, expect, it } from 'vitest'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { backoffOf, waitBeforeRetryMs } from '#lib/engine/run/retry.ts'
import { RETRIES } from './terms.ts'

const busy = (retryAfterMs?: number) =>
  new TidemarkError('unavailable', { publicMessage: 'Busy.', retryable: true, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) })
const wait = (tries: number, error: unknown, random: number) => waitBeforeRetryMs(tries, backoffOf(RETRIES), error, random) / 1000

describe('the waits of a person whose question failed', () => {
  it('are shortened by chance, down to half, so that many do not come back together', () => {
    expect([1, 2, 3, 4].map((tries) => wait(tries, busy(), 1))).toEqual([10, 30, 90, 270])
    expect([1, 2, 3, 4].map((tries) => wait(tries, busy(), 0))).toEqual([5, 15, 45, 135])
  })

  it('are as long as the other side asked for, and not shorter because it asked for less', () => {
    expect(wait(1, busy(600_000), 0)).toBe(600)
    expect(wait(2, busy(1000), 0)).toBe(15)
  })
})
