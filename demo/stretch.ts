import type { Instant } from '#lib/domain/time/instant.ts'

export const CAMPUS_ZONE = 'America/New_York'

/** How many local days of past the demo tells: what the page shows, and a week before, so that what comes weekly has come. */
export const PAST_DAYS = 98

/** A stretch of the demo's past that nobody watched and that is told again. */
export interface Stretch {
  from: Instant
  to: Instant
  /** When the demo was started for the very first time: the day its planned mishaps count from. */
  firstStart: Instant
}
