import type { RunRow } from '#lib/queries/run-rows.ts'
import { RUN_ICONS, runStateInWords } from '../_lib/run-look.ts'

/** A run's state as icon and word. */
export function RunMark({ run, big = false }: { run: Pick<RunRow, 'state' | 'cancelAt' | 'waitingFor'>; big?: boolean }) {
  const icon = RUN_ICONS[run.state]
  return (
    <span className={`status t-${icon}${big ? ' big' : ''}`}>
      <svg aria-hidden="true">
        <use href={`#i-${icon}`} />
      </svg>
      {runStateInWords(run)}
    </span>
  )
}
