import { DAY_MS, MINUTE_MS } from '#lib/domain/time/instant.ts'

/** From this many failures in a row on, a connection is looked at less often. */
const SLOW_FROM = 3
const SLOWEST = 4
const JITTER = 0.1

/** One look may take this long: an interval, at least a minute, at most a day. */
export function probeTimeoutMs(everyMs: number): number {
  return Math.min(Math.max(everyMs, MINUTE_MS), DAY_MS)
}

/**
 * How long after the start of a look the next one starts: the interval, twice and then four times as long when three
 * and more looks in a row did not get in, up to a tenth earlier or later by `random` (0 ≤ random < 1).
 */
export function probeSpacingMs(everyMs: number, failures: number, random: number): number {
  const slowed = failures < SLOW_FROM ? 1 : Math.min(2 ** (failures - SLOW_FROM + 1), SLOWEST)
  return Math.round(everyMs * slowed * (1 - JITTER + 2 * JITTER * random))
}
