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
export function stepInWords({ state, run }: StepSigns): string {
  if (run === null || state === 'failed' || state === 'waiting') return STATE_WORDS[state]
  if (state === 'done') return run.state === 'partial' ? 'done in part' : STATE_WORDS.done
  if (isStopping({ state, run })) return 'is being stopped'
  if (state === 'cancelled') return isEnded(run.state) ? STATE_WORDS.cancelled : 'no longer waited for; the run goes on for others'
  if (run.state === 'running') return 'runs'
  if (run.state === 'crashed') return 'has lost its worker'
  return isEnded(run.state) ? 'has ended' : STATE_WORDS[state]
}

/** Whether somebody has cancelled what goes on all the same, until its worker has stopped. */
export function isStopping({ run }: StepSigns): boolean {
  return run !== null && run.cancelAt !== null && !isEnded(run.state)
}
