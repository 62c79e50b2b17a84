import type { Instant } from '#lib/domain/time/instant.ts'
import { formatDuration } from '#lib/domain/wording/durations.ts'
import type { ListedRun } from '#lib/queries/runs/run-list.ts'
import { dateTime, doneInWords, progressInWords, stateInWords } from './in-words.ts'

/** Runs as a table, each problem below its run. */
export function runListInWords(runs: readonly ListedRun[], zone: string, now: Instant): string[] {
  const cells = runs.map((run) => [
    stateInWords(run),
    run.flow,
    dateTime(run.startedAt ?? run.scheduledFor, zone),
    tookInWords(run, now),
    run.endedAt === null ? progressInWords(run) : doneInWords(run),
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
