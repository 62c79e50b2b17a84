import type { RunState } from '#lib/domain/run.ts'
import type { LastRun } from '#lib/queries/last-run.ts'
import { flowPath, runPath } from '../_lib/paths.ts'
import { Note } from './note.tsx'
import { Time } from './time.tsx'

const WORDS: Partial<Record<RunState, string>> = {
  partial: 'was partial',
  failed: 'failed',
  'timed-out': 'took too long and was stopped',
  cancelled: 'was cancelled',
  crashed: 'lost its worker and has not gone on yet',
}

/** What the status does not say by itself: the last run did not complete. Nothing when it did. */
export function LastRunNote({ run }: { run: LastRun | null }) {
  const words = run === null ? undefined : WORDS[run.state]
  if (run === null || words === undefined) return null
  return (
    <Note icon="running">
      <strong>
        <a href={runPath(run.id)}>The last run</a> {words}
      </strong>{' '}
      {run.endedAt !== null && (
        <>
          on <Time at={run.endedAt} form="long" />{' '}
        </>
      )}
      (flow{' '}
      <a href={flowPath(run.flow)}>
        <bdi>{run.flow}</bdi>
      </a>
      ). {run.problem}
    </Note>
  )
}
