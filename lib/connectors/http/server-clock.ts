import { type Instant, SECOND_MS } from '#lib/domain/time/instant.ts'

/** What an answer told of a clock, and when it was sent. */
export interface Told {
  at: Instant
  sentAt: Instant
}

/** So long after a first question a second one tells what moves with the questions. */
export const BETWEEN_MS = 3 * SECOND_MS

/** A server's own clock is no further from now, even where an answer takes its time. */
const NEAR_MS = 10 * SECOND_MS
/** Later a second answer tells nothing: what is loaded each minute may have been loaded in between. */
const TOO_LATE_MS = 10 * SECOND_MS
/** Both times may be cut off at the second. */
const SLACK_MS = 1.5 * SECOND_MS

/** Whether a time may be the server's own clock, which a second question tells. */
export function isNearNow({ at, sentAt }: Told): boolean {
  return Math.abs(sentAt - at) <= NEAR_MS
}

/** Whether a time moved by as much as passed between two questions a few seconds apart. What was loaded at some instant stands still, or moves on
 * to the next load: only what is loaded every few seconds does the same as the server's own clock. */
export function movedWithUs(first: Told, second: Told): boolean {
  const passed = second.sentAt - first.sentAt
  const moved = second.at - first.at
  return passed <= TOO_LATE_MS && moved > 0 && Math.abs(moved - passed) <= SLACK_MS
}
