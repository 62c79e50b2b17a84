import { type Instant, MINUTE_MS } from '#lib/domain/time/instant.ts'

/** The middle of the given durations; null when there are none. */
export function typicalDurationMs(durationsMs: readonly number[]): number | null {
  const sorted = [...durationsMs].sort((a, b) => a - b)
  const upper = sorted[Math.floor(sorted.length / 2)]
  const lower = sorted[Math.floor((sorted.length - 1) / 2)]
  return upper === undefined || lower === undefined ? null : (lower + upper) / 2
}

/**
 * How long a run may go on before it counts as hung: three times what is typical (at least a minute more than
 * that), never beyond its timeout; half the timeout while nothing is known.
 */
export function hungAfterMs(typicalMs: number | null, timeoutMs: number): number {
  if (typicalMs === null) return timeoutMs / 2
  return Math.min(Math.max(3 * typicalMs, typicalMs + MINUTE_MS), timeoutMs)
}

/** When a run that started then counts as hung. */
export function hungAt(startedAt: Instant, earlierDurationsMs: readonly number[], timeoutMs: number): Instant {
  return startedAt + hungAfterMs(typicalDurationMs(earlierDurationsMs), timeoutMs)
}
