import type { Instant } from '#lib/domain/time/instant.ts'

export const CAMPUS_ZONE = 'America/New_York'

/** How many local days of past the demo has: what the page shows, and a week for what comes weekly. */
export const PAST_DAYS = 98

export interface Stretch {
  from: Instant
  to: Instant
  /** The first start of the demo: its planned faults count from that day. */
  firstStart: Instant
}
