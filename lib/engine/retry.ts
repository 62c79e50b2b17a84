import { isTidemarkError } from '#lib/platform/errors.ts'

const NETWORK_CODES = new Set([
  'ECONNABORTED',
  'ECONNREFUSED',
  'ECONNRESET',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETDOWN',
  'ENETUNREACH',
  'ENOTFOUND',
  'EPIPE',
  'ETIMEDOUT',
  'UND_ERR_BODY_TIMEOUT',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_SOCKET',
])

/** Waits between tries: the first, and the longest. */
export interface Backoff {
  firstMs: number
  maxMs: number
}

/** Whether trying again may help without anybody changing anything: our own word for it, or a network error. */
export function isRetryable(error: unknown): boolean {
  if (isTidemarkError(error)) return error.retryable
  return isNetworkError(error)
}

function isNetworkError(error: unknown, depth = 0): boolean {
  if (!(error instanceof Error) || depth > 5) return false
  if ('code' in error && typeof error.code === 'string' && NETWORK_CODES.has(error.code)) return true
  return isNetworkError(error.cause, depth + 1)
}

/**
 * How long to wait before try `tries + 1`: the backoff doubled per try, between half and the whole of it by
 * `random` (0 ≤ random < 1); never less than the other side's Retry-After.
 */
export function waitBeforeRetryMs(tries: number, backoff: Backoff, error: unknown, random: number): number {
  const doubled = Math.min(backoff.firstMs * 2 ** Math.min(tries - 1, 30), backoff.maxMs)
  const jittered = Math.round(doubled * (0.5 + random / 2))
  const asked = isTidemarkError(error) ? (error.retryAfterMs ?? 0) : 0
  return Math.max(jittered, asked)
}
