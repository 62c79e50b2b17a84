import { DAY_MS } from '#lib/domain/time/instant.ts'

/** How long what is written down is kept. What was ordered (the audit) and the versions of the catalogue are kept for good. */
export const KEPT_MS = {
  /** Facts, spans and changes: more than a year, so that the same week of last year can be compared. */
  facts: 400 * DAY_MS,
  /** Logs, tasks and refused rows of runs; messages and letters that were sent or given up. */
  ledger: 100 * DAY_MS,
  /** What was pushed and carried over, so that it is known when it comes again. */
  pushed: 7 * DAY_MS,
  /** Files that have landed, so that they are known when they are told again: longer than any queue keeps a message. */
  landed: 30 * DAY_MS,
  /** Workers that have stopped. */
  workers: 7 * DAY_MS,
  /** Sessions, invitations and other links whose time is over, and counted tries. What they were for stands in the audit. */
  over: DAY_MS,
} as const
