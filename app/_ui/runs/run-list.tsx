import { Chevron } from '#app/_ui/chevron.tsx'
import { runPath } from '#app/_ui/paths.ts'
import { Section } from '#app/_ui/section.tsx'
import { Time } from '#app/_ui/time.tsx'
import { isFailure } from '#lib/domain/runs/run.ts'
import { formatDuration } from '#lib/domain/wording/durations.ts'
import type { RunDetail } from '#lib/queries/runs/run-rows.ts'
import { LogLines } from './log-lines.tsx'
import { rowsInWords, secondsOf } from './run-labels.ts'
import { RunMark } from './run-mark.tsx'
import { RunProgress } from './run-progress.tsx'
import { TaskChart } from './task-chart.tsx'

/** The latest runs of the flows that write this feed; each unfolds to its steps and the end of its log. */
export function RunList({ runs, now, title = 'Recent runs' }: { runs: readonly RunDetail[]; now: number; title?: string }) {
  if (runs.length === 0) return null
  return (
    <Section title={title}>
      <ul className="divide-y divide-line">
        {runs.map((run, index) => (
          <li key={run.id}>
            <Run run={run} now={now} open={index === 0 && isFailure(run.state)} />
          </li>
        ))}
      </ul>
    </Section>
  )
}

function Run({ run, now, open }: { run: RunDetail; now: number; open: boolean }) {
  const seconds = secondsOf(run, now)
  return (
    <details className="run print:break-inside-avoid" open={open}>
      <summary>
        <RunMark run={run} />
        <span>
          <Time at={run.startedAt ?? run.scheduledFor} form="long" />
        </span>
        <span>{run.flow}</span>
        <span className="muted">{seconds === null ? 'not started' : formatDuration(seconds * 1000)}</span>
        <span className="muted">{rowsInWords(run)}</span>
        <Chevron />
        {run.problem !== null && <span className="run-problem">{run.problem}</span>}
        {run.state === 'running' && <RunProgress run={run} />}
      </summary>
      <div className="pt-2 pb-6 ps-38 text-[14px] max-[901px]:ps-0 print:ps-0 [&>p]:mt-3">
        <TaskChart run={run} now={now} />
        <LogLines lines={run.log} />
        <p>
          <a href={runPath(run.id)}>The whole run</a>
        </p>
      </div>
    </details>
  )
}
