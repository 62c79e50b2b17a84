import { DAY_MS, HOUR_MS, type Instant, MINUTE_MS, SECOND_MS } from '#lib/domain/time/instant.ts'
import { type ExternalRun, isOver } from './external-run.ts'
import type { RunState } from './run.ts'

/** A run that is a job of another system may take so long unless its flow says otherwise: then it is cancelled there. */
export const JOB_TIMEOUT_MS = DAY_MS

/** How often a system is asked how a run of its job goes that a run of ours follows. */
export const FOLLOW_EVERY_MS = 15 * SECOND_MS

/** So long a system is asked again to cancel a run, ever more rarely. */
export const CANCEL_LIMIT_MS = HOUR_MS
const CANCEL_AGAIN_MS = 15 * SECOND_MS
const CANCEL_AGAIN_MAX_MS = 5 * MINUTE_MS

/** How a run of ours ends that a job of another system has done. */
export interface JobEnd {
  state: 'completed' | 'partial' | 'failed' | 'timed-out' | 'cancelled'
  at: Instant
  /** The words of its system; null: it went well. */
  problem: string | null
}

const WITHOUT_WORDS: Record<'failed' | 'timed-out' | 'cancelled', (system: string) => string> = {
  failed: (system) => `It failed in ${system}, which does not say why.`,
  'timed-out': (system) => `It took too long in ${system} and was stopped there.`,
  cancelled: (system) => `It was cancelled in ${system}.`,
}

/** How a run ends by what its job's system says; null: it goes on there. Whatever ends otherwise than well or by somebody's hand has failed. */
export function endOfJob(run: Pick<ExternalRun, 'state' | 'endedAt' | 'error'>, system: string, now: Instant): JobEnd | null {
  if (!isOver(run.state)) return null
  const at = Math.min(run.endedAt ?? now, now)
  if (run.state === 'completed') return { state: 'completed', at, problem: null }
  if (run.state === 'partial') return { state: 'partial', at, problem: run.error ?? `A part of it was not done in ${system}.` }
  const state = run.state === 'cancelled' || run.state === 'timed-out' ? run.state : 'failed'
  return { state, at, problem: run.error ?? WITHOUT_WORDS[state](system) }
}

/** A run there that is to be cancelled, as far as that has come. */
export interface CancelSigns {
  /** What its system is called here. */
  system: string
  /** Since when it is to be; null: it is not. */
  cancelSince: Instant | null
  /** When its system is asked next; null: it is not asked any more. */
  cancelDueAt: Instant | null
  /** When its system took that; null: it has not. */
  cancelledAt: Instant | null
  cancelProblem: string | null
}

/** What became of the run there once ours was stopped: `adf has been told to cancel it`; null: nothing was asked. */
export function cancelInWords({ system, cancelSince, cancelDueAt, cancelledAt, cancelProblem }: CancelSigns): string | null {
  if (cancelSince === null) return null
  if (cancelledAt !== null) return cancelProblem ?? `${system} has been told to cancel it.`
  const why = cancelProblem === null ? '' : ` ${cancelProblem}`
  return cancelDueAt === null ? `It may go on in ${system}.${why}` : `${system} is being told to cancel it.${why}`
}

/** That nobody has begun the run there yet, in words; null: somebody has, or it is to be cancelled. */
export function waitsInWords({
  system,
  stateThere,
  cancelSince,
}: Pick<CancelSigns, 'system' | 'cancelSince'> & { stateThere: RunState | null }): string | null {
  if (cancelSince !== null) return null
  if (stateThere === 'scheduled') return `${system} has not begun it yet.`
  return stateThere === 'overdue' ? `${system} says that its time to begin has passed, and nobody there has begun it.` : null
}

/** When a system is asked again to cancel what it could not be asked about: as it says itself, ever more rarely; null: it was asked for long enough. */
export function cancelAgainAt(
  { since, retryAfterMs = 0 }: { since: Instant; retryAfterMs?: number | undefined },
  now: Instant,
): Instant | null {
  if (now - since >= CANCEL_LIMIT_MS) return null
  const waitMs = Math.min(Math.max(CANCEL_AGAIN_MS, (now - since) / 2), CANCEL_AGAIN_MAX_MS)
  return now + Math.max(waitMs, Math.min(retryAfterMs, CANCEL_LIMIT_MS))
}
