import type { ReactNode } from 'react'
import { Chevron } from '#app/_ui/chevron.tsx'
import { runPath } from '#app/_ui/paths.ts'
import { Section } from '#app/_ui/section.tsx'
import { Time } from '#app/_ui/time.tsx'
import { isFailure } from '#lib/domain/runs/run.ts'
import { formatDuration } from '#lib/domain/wording/durations.ts'
import type { ExternalRunRow } from '#lib/queries/runs/external-run-rows.ts'
import type { RunDetail } from '#lib/queries/runs/run-rows.ts'
import { LogLines } from './log-lines.tsx'
import { rowsInWords, secondsOf } from './run-labels.ts'
import { RunMark } from './run-mark.tsx'
import { RunProgress } from './run-progress.tsx'
import { TaskChart } from './task-chart.tsx'
import { InItsSystem, WhoseJob } from './whose-run.tsx'

interface RunListProps {
  runs: readonly RunDetail[]
  /** Runs of other systems. */
  external?: readonly ExternalRunRow[]
  now: number
  title?: string
}

/** The latest runs of the flows and jobs that write this feed; each unfolds to its steps and the end of its log, or to its system's own words. */
export function RunList({ runs, external = [], now, title = 'Recent runs' }: RunListProps) {
  const all = [...runs, ...external].toSorted((a, b) => b.scheduledFor - a.scheduledFor)
  if (all.length === 0) return null
  return (
    <Section title={title}>
      <ul className="divide-y divide-line">
        {all.map((run, index) => (
          <li key={run.id}>
            {'system' in run ? (
              <ExternalRun run={run} now={now} open={index === 0 && isFailure(run.state)} />
            ) : (
              <Run run={run} now={now} open={index === 0 && isFailure(run.state)} />
            )}
          </li>
        ))}
      </ul>
    </Section>
  )
}

interface HeadProps {
  run: RunDetail | ExternalRunRow
  now: number
  /** What ran. */
  children: ReactNode
}

/** How a run stands, when it began, what it is and how long it took. */
function Head({ run, now, children }: HeadProps) {
  const seconds = secondsOf(run, now)
  return (
    <>
      <RunMark run={run} />
      <span>
        <Time at={run.startedAt ?? run.scheduledFor} form="long" />
      </span>
      <span>{children}</span>
      <span className="muted">{seconds === null ? 'not started' : formatDuration(seconds * 1000)}</span>
    </>
  )
}

function ExternalRun({ run, now, open }: { run: ExternalRunRow; now: number; open: boolean }) {
  if (run.problem === null && run.url === null && run.state !== 'running') return <OnlyItsPage run={run} now={now} />
  return (
    <details className="run print:break-inside-avoid" open={open}>
      <summary>
        <Head run={run} now={now}>
          <WhoseJob system={run.system} job={run.job} name={run.jobName} />
        </Head>
        <span className="muted">{rowsOf(run)}</span>
        <Chevron />
        {run.problem !== null && (
          <span className="run-problem line-clamp-2 wrap-anywhere print:line-clamp-none">{run.problem.split('\n')[0]}</span>
        )}
        {run.state === 'running' && <RunProgress run={{ ...run, progressDone: null, progressTotal: null, waitingFor: null }} />}
      </summary>
      <div className="pt-2 pb-6 ps-38 text-[14px] max-[901px]:ps-0 print:ps-0 [&>p]:mt-3">
        {run.problem !== null && <pre className="run-words">{run.problem}</pre>}
        <p className="flex flex-wrap gap-x-6">
          <a href={runPath(run.id)}>The whole run</a>
          {run.url !== null && <InItsSystem url={run.url} system={run.system} />}
        </p>
      </div>
    </details>
  )
}

/** Nothing unfolds where all there is of it is its page. */
function OnlyItsPage({ run, now }: { run: ExternalRunRow; now: number }) {
  return (
    <div className="run print:break-inside-avoid">
      <p className="run-head">
        <Head run={run} now={now}>
          <a href={runPath(run.id)}>
            <WhoseJob system={run.system} job={run.job} name={run.jobName} />
          </a>
        </Head>
        <span className="muted">{rowsOf(run)}</span>
      </p>
    </div>
  )
}

const rowsOf = (run: ExternalRunRow) => rowsInWords({ ...run, rowsLoaded: run.rows, rowsRejected: 0, isDryRun: false })

function Run({ run, now, open }: { run: RunDetail; now: number; open: boolean }) {
  return (
    <details className="run print:break-inside-avoid" open={open}>
      <summary>
        <Head run={run} now={now}>
          {run.flow}
        </Head>
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
