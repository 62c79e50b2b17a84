import { isTidemarkError } from '#lib/domain/tidemark-error.ts'
import { MINUTE_MS, SECOND_MS } from '#lib/domain/time/instant.ts'
import type { TaskOptions } from '#lib/engine/flow.ts'

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

interface Backoff {
  firstMs: number
  maxMs: number
  factor?: number
}

export function backoffOf({ backoffMs, backoffMaxMs, backoffFactor }: TaskOptions): Backoff {
  return { firstMs: backoffMs ?? SECOND_MS, maxMs: backoffMaxMs ?? 5 * MINUTE_MS, factor: backoffFactor ?? 2 }
}

/** Whether another try may help without anybody changing anything. */
export function isRetryable(error: unknown): boolean {
  if (isTidemarkError(error)) return error.retryable
  return isNetworkError(error)
}

function isNetworkError(error: unknown, depth = 0): boolean {
  if (!(error instanceof Error) || depth > 5) return false
  if ('code' in error && typeof error.code === 'string' && NETWORK_CODES.has(error.code)) return true
  return isNetworkError(error.cause, depth + 1)
}

/** The wait before try `tries + 1`: the grown backoff, jittered between half and all of it (0 ≤ random < 1), never less than
 * Retry-After. */
export function waitBeforeRetryMs(tries: number, backoff: Backoff, error: unknown, random: number): number {
  const grown = Math.min(backoff.firstMs * (backoff.factor ?? 2) ** Math.min(tries - 1, 30), backoff.maxMs)
  const jittered = Math.round(grown * (0.5 + random / 2))
  const asked = isTidemarkError(error) ? (error.retryAfterMs ?? 0) : 0
  return Math.max(jittered, asked)
}
