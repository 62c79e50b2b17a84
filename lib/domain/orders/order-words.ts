import { isOver, isWaiting, partsOfJob } from '#lib/domain/runs/external-run.ts'
import { isEnded, type RunState } from '#lib/domain/runs/run.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import type { StepState } from './order-progress.ts'

/** Who ordered what: `Reloaded by Ada: SAP is back`. */
export function reloadedBy({ orderedBy, reason }: { orderedBy: string | null; reason: string | null }): string {
  const who = orderedBy === null ? 'Reloaded' : `Reloaded by ${orderedBy}`
  return reason === null || reason === '' ? `${who}.` : `${who}: ${reason}`
}

/** What the words of a step go by. */
export interface StepSigns {
  state: StepState
  run: { state: RunState; startedAt: Instant | null; cancelAt: Instant | null } | null
  /** Where it is a job of another system, `<connection>/<job>`. */
  job?: string | null
  /** The run of that job there. */
  external?: { state: RunState } | null
  /** No run of that job is known, and one may have begun. */
  mayHaveBegun?: boolean
}

const STATE_WORDS: Record<StepState, string> = {
  waiting: 'waits for its turn',
  running: 'waits for a worker',
  done: 'done',
  failed: 'failed',
  cancelled: 'cancelled',
  skipped: 'not begun',
}

/** Where a step of an order stands: `runs`. Nothing is called over while its run goes on, and nothing runs without a worker. */
export function stepInWords(step: StepSigns): string {
  const { state, run, job = null } = step
  if (job !== null) return jobInWords(step, partsOfJob(job)?.connection ?? job)
  if (run === null || state === 'failed' || state === 'waiting') return STATE_WORDS[state]
  if (state === 'done') return run.state === 'partial' ? 'done in part' : STATE_WORDS.done
  if (isStopping({ state, run })) return 'is being stopped'
  if (state === 'cancelled') return isEnded(run.state) ? STATE_WORDS.cancelled : 'no longer waited for; the run goes on for others'
  if (run.state === 'running') return 'runs'
  if (run.state === 'crashed') return 'has lost its worker'
  return isEnded(run.state) ? 'has ended' : STATE_WORDS[state]
}

/** What another system runs goes on there, whatever becomes of the order. */
function jobInWords({ state, external = null, mayHaveBegun = false }: StepSigns, system: string): string {
  if (external !== null) return runElsewhereInWords(state, external.state, system)
  if (!mayHaveBegun) return state === 'running' ? 'is being started' : STATE_WORDS[state]
  if (state === 'cancelled' || state === 'failed') return `no longer waited for; its run may have begun in ${system}`
  return state === 'running' ? 'is looked for, since it may have begun' : STATE_WORDS[state]
}

function runElsewhereInWords(state: StepState, run: RunState, system: string): string {
  if (state === 'running') return isWaiting(run) ? 'waits to begin' : isOver(run) ? 'has ended' : 'runs'
  if (isOver(run)) return state === 'done' && run === 'partial' ? 'done in part' : STATE_WORDS[state]
  return state === 'cancelled' || state === 'failed' ? `no longer waited for; its run goes on in ${system}` : STATE_WORDS[state]
}

/** Whether somebody has cancelled what goes on all the same, until its worker has stopped. */
export function isStopping({ run }: Pick<StepSigns, 'state' | 'run'>): boolean {
  return run !== null && run.cancelAt !== null && !isEnded(run.state)
}
