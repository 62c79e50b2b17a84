import { Mark } from '#app/_ui/status-mark.tsx'
import { type RunStanding, runIcon, runStateInWords } from './run-labels.ts'

/** A run's state as icon and word; of a dry run its own. */
export function RunMark({ run, big = false }: { run: RunStanding; big?: boolean }) {
  return (
    <Mark icon={runIcon(run)} big={big}>
      {runStateInWords(run)}
    </Mark>
  )
}
