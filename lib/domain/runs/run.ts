import { HOUR_MS, SECOND_MS } from '#lib/domain/time/instant.ts'

/** What a run can be, in the order of its life. Waiting, retrying and cancelling are flags, not states. */
export const RUN_STATES = [
  'scheduled',
  'overdue',
  'running',
  'completed',
  'partial',
  'failed',
  'timed-out',
  'cancelled',
  'crashed',
  'missed',
] as const
export type RunState = (typeof RUN_STATES)[number]

export const CLAIMABLE_STATES = ['scheduled', 'overdue', 'crashed'] as const satisfies readonly RunState[]

/** Unclaimed for longer than this after its time, a run is overdue. */
export const OVERDUE_AFTER_MS = 15 * SECOND_MS
/** How long a claim holds without being renewed, and how often it is renewed. */
export const LEASE_MS = 30 * SECOND_MS
export const LEASE_RENEWAL_MS = 10 * SECOND_MS
/** A run whose worker died this often is given up. */
export const ATTEMPTS_MAX = 5

const ENDED: ReadonlySet<RunState> = new Set(['completed', 'partial', 'failed', 'timed-out', 'cancelled', 'missed'])

/** Whether a text can be a run's id; any other names no run. */
export function isRunId(text: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text)
}

/** Whether the run is over: nothing can follow. */
export function isEnded(state: RunState): boolean {
  return ENDED.has(state)
}

/** Whether the run did its work, so that `after:` of another flow is content; `partial` is enough, and is never shown as success. */
export function isGood(state: RunState): boolean {
  return state === 'completed' || state === 'partial'
}

/** Whether this end explains why data did not arrive (`run-failed`). `missed` did not run at all. */
export function isFailure(state: RunState): boolean {
  return state === 'failed' || state === 'timed-out' || state === 'crashed' || state === 'cancelled'
}

/** Whether a run in this state waits for a worker. */
export function isClaimable(state: RunState): boolean {
  return state === 'scheduled' || state === 'overdue' || state === 'crashed'
}

export const DEFAULT_TIMEOUT_MS = 4 * HOUR_MS
