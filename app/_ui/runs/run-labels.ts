import { jobInWords } from '#lib/domain/runs/job-name.ts'
import type { RunState } from '#lib/domain/runs/run.ts'
import type { RunFilterState } from '#lib/domain/runs/run-filter.ts'
import { formatCount } from '#lib/domain/wording/numbers.ts'
import type { RunFilter } from '#lib/queries/runs/run-list-questions.ts'
import type { RunRow } from '#lib/queries/runs/run-rows.ts'

const RUN_ICONS: Record<RunState, string> = {
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

/** A filtered list of runs in words: `Runs of course: failed`, `Runs of nightly in dbt`. */
export function runsTitle({ flow, system, state }: Pick<RunFilter, 'flow' | 'system' | 'state'>, jobName: string | null = null): string {
  const runs = `${flow === null ? 'Runs' : `Runs of ${jobInWords(flow, jobName)}`}${system === null ? '' : ` in ${system}`}`
  return state === null ? runs : `${runs}: ${filterStateInWords(state).toLowerCase()}`
}

/** What tells how a run stands; of another system's run, which is neither stopped nor tried dry from here, its state does. */
export type RunStanding = Pick<RunRow, 'state'> & Partial<Pick<RunRow, 'cancelAt' | 'waitingFor' | 'isDryRun'>>

/** The icon of a run: a dry run has one of its own, however it ends, so that it never looks like a load. */
export function runIcon({ state, isDryRun = false }: RunStanding): string {
  return isDryRun ? 'dry' : RUN_ICONS[state]
}

/** A run's state in a word or two: `Completed`, `Dry run`, `Dry run, failed`. */
export function runStateInWords({ isDryRun = false, ...run }: RunStanding): string {
  const words = stateInWords(run)
  if (!isDryRun) return words
  return run.state === 'completed' ? 'Dry run' : `Dry run, ${words.toLowerCase()}`
}

function stateInWords({ state, cancelAt = null, waitingFor = null }: RunStanding): string {
  if (state !== 'running') return WORDS[state]
  if (cancelAt !== null) return 'Stopping'
  return waitingFor === null ? 'Running' : 'Waiting'
}

const TRIGGERS: Record<string, string> = {
  schedule: 'its schedule',
  manual: 'hand',
  file: 'a file',
  fresh: 'fresh feeds',
  message: 'a message',
  push: 'a push',
  elsewhere: 'its own system',
}

/** Who or what asked for a run: `its schedule`, `ada`. */
export function triggerInWords(run: Pick<RunRow, 'trigger'> & { requestedBy: string | null }): string {
  return run.requestedBy ?? TRIGGERS[run.trigger] ?? run.trigger
}

/** `1,724 rows, 14 put aside`; what a run loads is known when it ends, so until then `14 put aside so far` or null. A dry run changed nothing. */
export function rowsInWords(run: Pick<RunRow, 'rowsRejected' | 'endedAt' | 'isDryRun'> & { rowsLoaded: number | null }): string | null {
  if (run.isDryRun) return dryRowsInWords(run)
  if (run.rowsLoaded === null) return null
  if (run.endedAt === null) return run.rowsRejected === 0 ? null : `${formatCount(run.rowsRejected)} put aside so far`
  const loaded = `${formatCount(run.rowsLoaded)} ${run.rowsLoaded === 1 ? 'row' : 'rows'}`
  return run.rowsRejected === 0 ? loaded : `${loaded}, ${formatCount(run.rowsRejected)} put aside`
}

function dryRowsInWords({ endedAt, rowsRejected }: Pick<RunRow, 'rowsRejected' | 'endedAt'>): string | null {
  if (rowsRejected > 0) return `${endedAt === null ? '' : 'nothing changed, '}${formatCount(rowsRejected)} would be put aside`
  return endedAt === null ? null : 'nothing changed'
}

/** A last run that did not complete, for a quiet mark beside the status: `Last run failed`; null when it completed. */
export function lastRunInWords(state: RunState): string | null {
  return state === 'completed' ? null : `Last run ${WORDS[state].toLowerCase()}`
}

/** Seconds a run took, or has taken until `now`; null before it began. */
export function secondsOf(span: { startedAt: number | null; endedAt: number | null }, now: number): number | null {
  return span.startedAt === null ? null : Math.max(0, ((span.endedAt ?? now) - span.startedAt) / 1000)
}
