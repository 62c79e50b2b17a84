import { Note } from '#app/_ui/note.tsx'
import { flowPath, runPath } from '#app/_ui/paths.ts'
import { Time } from '#app/_ui/time.tsx'
import type { RunState } from '#lib/domain/runs/run.ts'
import type { LastRun } from '#lib/queries/runs/last-run.ts'

const RUN_WORDS: Partial<Record<RunState, string>> = {
  partial: 'was partial',
  failed: 'failed',
  'timed-out': 'took too long and was stopped',
  cancelled: 'was cancelled',
  crashed: 'lost its worker and has not gone on yet',
}

/** What the status does not say by itself: the last run did not complete. Nothing when it did. */
export function LastRunNote({ run }: { run: LastRun | null }) {
  const words = run === null ? undefined : run.system !== null && run.state === 'crashed' ? 'crashed' : RUN_WORDS[run.state]
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
      {run.system === null ? (
        <>
          (flow{' '}
          <a href={flowPath(run.flow)}>
            <bdi>{run.flow}</bdi>
          </a>
          ).
        </>
      ) : (
        <>
          (job <bdi>{run.flow}</bdi> in <bdi>{run.system}</bdi>).
        </>
      )}{' '}
      {run.problem !== null && <span className="line-clamp-4">{run.problem}</span>}
    </Note>
  )
}
