import { Note } from '#app/_ui/note.tsx'
import { flowPath, jobPath, runPath } from '#app/_ui/paths.ts'
import { Time } from '#app/_ui/time.tsx'
import { jobKey } from '#lib/domain/runs/external-run.ts'
import { jobInWords } from '#lib/domain/runs/job-name.ts'
import { ownWords } from '#lib/domain/runs/own-words.ts'
import type { RunState } from '#lib/domain/runs/run.ts'
import type { LastRun } from '#lib/queries/runs/last-run.ts'

const RUN_WORDS: Partial<Record<RunState, string>> = {
  partial: 'was partial',
  failed: 'failed',
  'timed-out': 'took too long and was stopped',
  cancelled: 'was cancelled',
  crashed: 'lost its worker and has not gone on yet',
}

function inWords({ system, state, problem }: LastRun): string | undefined {
  if (system !== null && state === 'crashed') return 'crashed'
  // One that took data away did so to its end.
  return system !== null && state === 'completed' && problem !== null ? 'completed' : RUN_WORDS[state]
}

/** What the status does not say by itself: the last run did not complete, or has something to say. Nothing else when it did; its words only where they were not said, and whole (`told`). */
export function LastRunNote({ run, told }: { run: LastRun | null; told: string | null }) {
  const words = run === null ? undefined : inWords(run)
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
          ({run.jobName === null && 'job '}
          <a href={jobPath(jobKey(run.system, run.flow))}>
            <bdi>{jobInWords(run.flow, run.jobName)}</bdi>
          </a>{' '}
          in <bdi>{run.system}</bdi>).
        </>
      )}{' '}
      {run.problem !== null && !isToldWhole(run.problem, told) && (
        <span className={`line-clamp-4 print:line-clamp-none ${run.system === null ? '' : 'run-words'}`}>{run.problem}</span>
      )}
    </Note>
  )
}

function isToldWhole(problem: string, told: string | null): boolean {
  return ownWords(problem) === told && told?.endsWith('…') !== true
}
