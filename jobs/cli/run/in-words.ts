import { jobInWords } from '#lib/domain/runs/job-name.ts'
import { isEnded } from '#lib/domain/runs/run.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { wallTimeAt } from '#lib/domain/time/zone.ts'
import { toShownText } from '#lib/domain/values/shown-text.ts'
import { clockTime } from '#lib/domain/wording/dates.ts'
import { formatDuration } from '#lib/domain/wording/durations.ts'
import { formatCount } from '#lib/domain/wording/numbers.ts'
import type { ListedRun } from '#lib/queries/api/answers.ts'
import type { LogLine } from '#lib/queries/runs/run-rows.ts'
import type { RunView } from '#lib/queries/runs/run-view.ts'

/** `2026-11-20 02:04` in a zone. */
export function dateTime(at: Instant, zone: string): string {
  return new Date(wallTimeAt(at, zone)).toISOString().slice(0, 16).replace('T', ' ')
}

/** `, 50 of 200 (25 %)`; nothing while nothing is known. */
export function progressInWords(run: Pick<RunView, 'progressDone' | 'progressTotal'>): string {
  const { progressDone: done, progressTotal: total } = run
  if (done === null) return ''
  return total === null || total === 0
    ? `${formatCount(done)} done`
    : `${formatCount(done)} of ${formatCount(total)} (${Math.min(100, Math.floor((100 * done) / total))} %)`
}

export function waitingInWords(run: Pick<RunView, 'state' | 'waitingFor'>): string | null {
  if (run.waitingFor !== null) return `waiting: ${run.waitingFor}`
  return run.state === 'overdue' ? 'no worker has taken it yet: is one running?' : null
}

/** `running (attempt 2)`, `cancelling`, `dry run, completed`. */
export function stateInWords(run: Pick<RunView, 'state' | 'attempt' | 'cancelAt' | 'isDryRun'>): string {
  const state = (run.isDryRun ? 'dry run, ' : '') + plainState(run)
  return run.attempt > 1 ? `${state} (attempt ${run.attempt})` : state
}

function plainState(run: Pick<RunView, 'state' | 'cancelAt'>): string {
  return run.cancelAt !== null && !isEnded(run.state) ? 'cancelling' : run.state
}

/** `1,724 rows, 3 put aside`; of a dry run that nothing changed. */
function doneInWords(run: Pick<RunView, 'rowsLoaded' | 'rowsRejected' | 'isDryRun'>): string {
  const { rowsLoaded, rowsRejected, isDryRun } = run
  const aside = rowsRejected === 0 ? '' : `, ${formatCount(rowsRejected)} ${isDryRun ? 'would be ' : ''}put aside`
  const rows = rowsLoaded === null ? 'done' : `${formatCount(rowsLoaded)} rows`
  return `${isDryRun ? 'nothing changed' : rows}${aside}`
}

/** One line on where a run is; it changes only when something worth telling does. */
export function runInWords(run: RunView): string {
  if (isEnded(run.state)) {
    const took = run.startedAt === null || run.endedAt === null ? '' : ` after ${formatDuration(run.endedAt - run.startedAt)}`
    const problem = run.problem === null ? '' : ` ${run.problem}`
    return `${run.flow}: ${stateInWords(run)}${took}, ${doneInWords(run)}.${problem}`
  }
  const step = run.tasks.findLast((task) => task.state === 'running' && task.attempt === run.attempt)
  const parts = [stateInWords(run), step?.name ?? '', progressInWords(run), waitingInWords(run) ?? '']
  return `${run.flow}: ${parts.filter((part) => part !== '').join(', ')}`
}

/** What is said once a run was asked for. */
export function askedInWords(flow: string, { waitsFor, isJoined }: { waitsFor: string | null; isJoined: boolean }): string {
  if (isJoined) return `This run of ${flow} had been asked for before.`
  return `A run of ${flow} has been asked for.${waitsFor === null ? '' : ` It waits for the run that goes on, ${waitsFor}.`}`
}

/** What is said to who stops looking at a run. */
export function goesOnInWords(id: string): string {
  return `The run goes on without us: ${id}. "tidemark cancel ${id}" stops it.`
}

/** Words on one line, without characters that would move the cursor or turn the direction. */
export function onOneLine(text: string): string {
  return toShownText(text.replace(/\p{Cc}+/gu, ' '))
}

/** `02:04:31  warn: …` */
export function logLineInWords(line: LogLine, zone: string): string {
  return `${clockTime(line.at, zone)}  ${line.level === 'info' ? '' : `${line.level}: `}${onOneLine(line.message)}`
}

/** Runs as a table, each problem below its run. */
export function runListInWords(runs: readonly ListedRun[], zone: string, now: Instant): string[] {
  const cells = runs.map((run) => [
    stateInWords(run),
    run.system === null ? run.flow : `${jobInWords(run.flow, run.jobName)} in ${run.system}`,
    dateTime(run.startedAt ?? run.scheduledFor, zone),
    tookInWords(run, now),
    run.endedAt === null ? progressInWords(run) : run.rowsLoaded === null ? '' : doneInWords({ ...run, rowsLoaded: run.rowsLoaded }),
  ])
  const widths = [0, 1, 2, 3, 4].map((column) => Math.max(0, ...cells.map((row) => row[column]?.length ?? 0)))
  return runs.flatMap((run, i) => {
    const line = [...(cells[i] ?? []).map((cell, column) => cell.padEnd(widths[column] ?? 0)), run.id].join('  ')
    const words = run.problem ?? run.waitingFor
    return words === null ? [line] : [line, `    ${words}`]
  })
}

function tookInWords(run: ListedRun, now: Instant): string {
  return run.startedAt === null ? 'not started' : formatDuration((run.endedAt ?? now) - run.startedAt)
}
