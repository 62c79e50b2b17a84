import type { RunState } from '#lib/domain/run.ts'
import type { RunFilterState } from '#lib/queries/run-list.ts'
import type { RunRow } from '#lib/queries/run-rows.ts'
import { grouped } from './grouped.ts'

/** The icon of a run's state; the words stand beside it. */
export const RUN_ICONS: Record<RunState, string> = {
  scheduled: 'none',
  overdue: 'late',
  running: 'running',
  completed: 'fresh',
  partial: 'late',
  failed: 'stale',
  'timed-out': 'stale',
  crashed: 'stale',
  cancelled: 'none',
  missed: 'none',
}

const WORDS: Record<RunState, string> = {
  scheduled: 'Planned',
  overdue: 'Overdue',
  running: 'Running',
  completed: 'Completed',
  partial: 'Partial',
  failed: 'Failed',
  'timed-out': 'Timed out',
  crashed: 'Crashed',
  cancelled: 'Cancelled',
  missed: 'Missed',
}

/** A choice of the list of runs in words. */
export function filterStateInWords(state: RunFilterState): string {
  return state === 'problems' ? 'Anything that went wrong' : WORDS[state]
}

/** A run's state in a word or two. */
export function runStateInWords(run: Pick<RunRow, 'state' | 'cancelAt' | 'waitingFor'>): string {
  if (run.state !== 'running') return WORDS[run.state]
  if (run.cancelAt !== null) return 'Stopping'
  return run.waitingFor === null ? 'Running' : 'Waiting'
}

const TRIGGERS: Record<string, string> = { schedule: 'its schedule', manual: 'hand', after: 'the flow before it' }

/** Who or what asked for a run: `its schedule`, `ada`. */
export function triggerInWords(run: Pick<RunRow, 'trigger'> & { requestedBy: string | null }): string {
  return run.requestedBy ?? TRIGGERS[run.trigger] ?? run.trigger
}

/** `1,724 rows, 14 put aside`; what a run loads is known when it ends, so until then `14 put aside so far` or null. */
export function rowsInWords(run: Pick<RunRow, 'rowsLoaded' | 'rowsRejected' | 'endedAt'>): string | null {
  if (run.endedAt === null) return run.rowsRejected === 0 ? null : `${grouped(run.rowsRejected)} put aside so far`
  const loaded = `${grouped(run.rowsLoaded)} ${run.rowsLoaded === 1 ? 'row' : 'rows'}`
  return run.rowsRejected === 0 ? loaded : `${loaded}, ${grouped(run.rowsRejected)} put aside`
}

/** Seconds a run took, or has taken until `now`; null before it began. */
export function secondsOf(span: { startedAt: number | null; endedAt: number | null }, now: number): number | null {
  return span.startedAt === null ? null : Math.max(0, ((span.endedAt ?? now) - span.startedAt) / 1000)
}
