import type { RunRow } from '#lib/queries/runs/run-rows.ts'
import { runIcon, runStateInWords } from './run-labels.ts'

/** A run's state as icon and word; of a dry run its own. */
export function RunMark({ run, big = false }: { run: Pick<RunRow, 'state' | 'cancelAt' | 'waitingFor' | 'isDryRun'>; big?: boolean }) {
  const icon = runIcon(run)
  return (
    <span className={`status t-${icon}${big ? ' big' : ''}`}>
      <svg aria-hidden="true">
        <use href={`#i-${icon}`} />
      </svg>
      {runStateInWords(run)}
    </span>
  )
}
