/** A point in time: milliseconds since 1970-01-01T00:00:00Z. Days are local dates (`local-day.ts`). */
export type Instant = number

export const SECOND_MS = 1000
export const MINUTE_MS = 60 * SECOND_MS
export const HOUR_MS = 60 * MINUTE_MS
export const DAY_MS = 24 * HOUR_MS

/** Clocks of other machines may run ahead by this much before their times lie in the future. */
export const CLOCK_SKEW_MAX_MS = MINUTE_MS

/** True for a time of another machine that lies in the future. */
export function isFuture(at: Instant, now: Instant): boolean {
  return at > now + CLOCK_SKEW_MAX_MS
}

/** Where nothing else bounds a stretch: the last instant a JavaScript date can name. */
export const END_OF_TIME: Instant = 8_640_000_000_000_000

/** 2026-01-05, an ordinary Monday far from any change of clocks: what a schedule is like is read off here. */
export const ORDINARY_MONDAY: Instant = Date.UTC(2026, 0, 5)
