import type { JudgedClock } from '#lib/domain/freshness/facts.ts'
import { END_OF_TIME, type Instant } from '#lib/domain/time/instant.ts'
import type { Policy } from './policy.ts'

/** The instant of what never happens. */
export const NEVER: Instant = END_OF_TIME

/**
 * What a value of a clock is good for: fresh (on time) before `dueFrom`, fresh but due before `lateAt`, late before
 * `staleAt`, stale from there. Ascending; what never happens is `NEVER`.
 */
export interface Limits {
  dueFrom: Instant
  lateAt: Instant
  staleAt: Instant
  dueAt: Instant
}

/** A value of the judged clock, and where it lies among the ticks of a deadline. */
export interface Dated {
  at: Instant
  placedAt: Instant
  clock: JudgedClock
}

/** What one kind of policy knows; shared code never asks which kind it is. One file each, listed in `policy-kinds.ts`. */
export interface PolicyKind<P extends Policy> {
  /** The limits of a value; null when this kind judges nothing. */
  judge(policy: P, value: Dated): Limits | null
  /** The limits of something of which nothing ever arrived; null when it takes a first value to expect another. */
  judgeNothing(policy: P, createdAt: Instant): Limits | null
  words(policy: P): string
}
