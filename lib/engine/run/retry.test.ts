import { describe, expect, it } from 'vitest'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { isRetryable, waitBeforeRetryMs } from './retry.ts'

const withCode = (code: string, cause?: unknown) => Object.assign(new Error(code, { cause }), { code })

describe('what is worth a retry', () => {
  it('is our own error that says so', () => {
    expect(isRetryable(new TidemarkError('unavailable', { publicMessage: 'x', retryable: true }))).toBe(true)
    expect(isRetryable(new TidemarkError('refused', { publicMessage: 'x' }))).toBe(false)
  })

  it.each(['ECONNRESET', 'ECONNREFUSED', 'ETIMEDOUT', 'EPIPE', 'EAI_AGAIN', 'ENOTFOUND', 'UND_ERR_SOCKET', 'UND_ERR_HEADERS_TIMEOUT'])(
    'is %s',
    (code) => {
      expect(isRetryable(withCode(code))).toBe(true)
    },
  )

  it('is a network error deep in the causes, as fetch wraps it', () => {
    expect(isRetryable(new TypeError('fetch failed', { cause: withCode('ECONNRESET') }))).toBe(true)
  })

  it('is not our own error only because its cause is one', () => {
    expect(isRetryable(new TidemarkError('refused', { publicMessage: 'x', cause: withCode('ECONNRESET') }))).toBe(false)
  })

  it.each([new Error('a bug'), withCode('ENOENT'), withCode('23505'), 'text', null, undefined])('is not %s', (error) => {
    expect(isRetryable(error)).toBe(false)
  })

  it('ends with causes that go round in circles', () => {
    const error = new Error('round')
    error.cause = error
    expect(isRetryable(error)).toBe(false)
  })
})

describe('the wait before a retry', () => {
  const backoff = { firstMs: 1000, maxMs: 10_000 }

  it('doubles from try to try', () => {
    expect([1, 2, 3, 4].map((tries) => waitBeforeRetryMs(tries, backoff, null, 1))).toEqual([1000, 2000, 4000, 8000])
  })

  it('stops growing at the longest', () => {
    expect(waitBeforeRetryMs(5, backoff, null, 1)).toBe(10_000)
    expect(waitBeforeRetryMs(5000, backoff, null, 1)).toBe(10_000)
  })

  it('lies between half and the whole of it', () => {
    expect(waitBeforeRetryMs(1, backoff, null, 0)).toBe(500)
    expect(waitBeforeRetryMs(1, backoff, null, 0.5)).toBe(750)
  })

  it('honours what the other side asked for, even beyond the longest', () => {
    const asked = new TidemarkError('unavailable', { publicMessage: 'x', retryable: true, retryAfterMs: 60_000 })
    expect(waitBeforeRetryMs(1, backoff, asked, 0)).toBe(60_000)
  })

  it('does not come sooner than its own backoff because the other side asked for less', () => {
    const asked = new TidemarkError('unavailable', { publicMessage: 'x', retryable: true, retryAfterMs: 1 })
    expect(waitBeforeRetryMs(3, backoff, asked, 1)).toBe(4000)
  })
})
