import { type Instant, SECOND_MS } from '#lib/domain/time/instant.ts'

/** What an answer told of a clock, when it was asked for, and when it was sent. */
export interface Told {
  at: Instant
  askedAt: Instant
  sentAt: Instant
}

/** So long after a first question a second one tells what moves with the questions. */
export const BETWEEN_MS = 3 * SECOND_MS

/** A server's own clock is no further from now, even where an answer takes its time. */
const NEAR_MS = 10 * SECOND_MS
/** Further apart two questions, or two answers, tell nothing: what is loaded each minute may have been loaded in between. */
const TOO_LATE_MS = 10 * SECOND_MS
/** Both times may be cut off at the second. */
const SLACK_MS = 1.5 * SECOND_MS

/** Whether a time may be the server's own clock, which a second question tells. */
export function isNearNow({ at, sentAt }: Told): boolean {
  return Math.abs(sentAt - at) <= NEAR_MS
}

/** Whether a time moved by as much as passed between two questions a few seconds apart, or between their answers: a server tells its clock as it begins to
 * answer, or as it is done. What was loaded at some instant stands still, or moves on to the next load: only what is loaded every few seconds does the same. */
export function movedWithUs(first: Told, second: Told): boolean {
  const moved = second.at - first.at
  const passed = [second.askedAt - first.askedAt, second.sentAt - first.sentAt]
  return moved > 0 && passed.some((ms) => ms <= TOO_LATE_MS && Math.abs(moved - ms) <= SLACK_MS)
}
