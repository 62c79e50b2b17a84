import { z } from 'zod'
import { HOUR_MS, type Instant, MINUTE_MS, SECOND_MS } from '#lib/domain/time/instant.ts'

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

/** What `run.summary` holds: what the flow reported at its end. */
export const runReportSchema = z.object({
  /** Rows looked at; with the refused ones the base of the rejected share. */
  rowsSeen: z.int().min(0),
  /** For the run page, as the flow named them. */
  counts: z.record(z.string(), z.union([z.number(), z.string()])),
  /** Rows per written asset where they differ from the run's `rowsLoaded`. */
  rowsByAsset: z.record(z.string(), z.int().min(0)).default({}),
  /** How many of those were only removed: nothing was written by them. */
  rowsRemoved: z.int().min(0).optional(),
  removedByAsset: z.record(z.string(), z.int().min(0)).optional(),
  /** In words: the part of the work that could not be done; null when all of it was. */
  incomplete: z.string().nullable().default(null),
  /** The clocks this run may move at most, all when absent: a dry run moves nothing, a load of a few rows does not prove the rest. */
  moves: z.enum(['writtenAt', 'nothing']).optional(),
})
export type RunReport = z.infer<typeof runReportSchema>

/** The end of a run whose flow returned: `partial` as soon as a row was refused or a part left out. */
export function endOfWork(report: RunReport, rowsRejected: number): 'completed' | 'partial' {
  return report.incomplete === null && rowsRejected === 0 ? 'completed' : 'partial'
}

/** Refused rows ÷ (rows seen, at least the refused ones); 0 when there was nothing. */
export function rejectedShare(rowsSeen: number, rowsRejected: number): number {
  return rowsRejected === 0 ? 0 : rowsRejected / Math.max(rowsSeen, rowsRejected)
}

/** Which clocks of a written asset an ended run moves: `writtenAt` only with rows that it put there, not with those it took away. */
export function clocksMoved(run: {
  state: RunState
  rowsWritten: number
  rowsSeen: number
  rowsRejected: number
  incomplete: string | null
  rejectTolerance: number
  moves?: RunReport['moves']
}): readonly ('loadedAt' | 'writtenAt')[] {
  if ((run.state !== 'completed' && run.state !== 'partial') || run.moves === 'nothing') return []
  const written = run.rowsWritten > 0 ? (['writtenAt'] as const) : []
  if (run.moves === 'writtenAt') return written
  if (run.state === 'completed') return ['loadedAt']
  const tolerable = run.incomplete === null && rejectedShare(run.rowsSeen, run.rowsRejected) <= run.rejectTolerance
  return tolerable ? [...written, 'loadedAt'] : written
}

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

/** Largest rejected share at which a load still counts, unless flow or catalogue say otherwise. */
export const REJECT_TOLERANCE = 0.01

export const DEFAULT_TIMEOUT_MS = 4 * HOUR_MS
