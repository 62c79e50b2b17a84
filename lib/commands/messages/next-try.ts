import { HOUR_MS, type Instant, MINUTE_MS, SECOND_MS } from '#lib/domain/time/instant.ts'

/** Waits after the first, second, … failed try, as Standard Webhooks proposes: ten tries over three days. */
const RETRY_WAITS_MS: readonly number[] = [
  5 * SECOND_MS,
  5 * MINUTE_MS,
  30 * MINUTE_MS,
  2 * HOUR_MS,
  5 * HOUR_MS,
  10 * HOUR_MS,
  14 * HOUR_MS,
  20 * HOUR_MS,
  24 * HOUR_MS,
]
const LONGEST_WAIT_MS = 24 * HOUR_MS

/** When to try again after `attempts` tries; null = give up. Never earlier than the receiver asked for, within a day. */
export function nextTryAt(now: Instant, attempts: number, retryAfterMs: number | undefined): Instant | null {
  const wait = RETRY_WAITS_MS[attempts - 1]
  if (wait === undefined) return null
  return now + Math.max(wait, Math.min(retryAfterMs ?? 0, LONGEST_WAIT_MS))
}
