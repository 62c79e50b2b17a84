'use client'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { getJson } from '#app/_ui/live/get-json.ts'
import { filteredRunsPath, questionOf, runPath } from '#app/_ui/paths.ts'
import { rowsInWords, secondsOf, triggerInWords } from '#app/_ui/runs/run-labels.ts'
import { RunMark } from '#app/_ui/runs/run-mark.tsx'
import { RunProgress } from '#app/_ui/runs/run-progress.tsx'
import { InItsSystem, SystemTag } from '#app/_ui/runs/whose-run.tsx'
import { Section } from '#app/_ui/section.tsx'
import { Time } from '#app/_ui/time.tsx'
import { jobInWords } from '#lib/domain/runs/job-name.ts'
import { formatDuration } from '#lib/domain/wording/durations.ts'
import { systemClock } from '#lib/platform/clock.ts'
import type { ListedRun } from '#lib/queries/api/answers.ts'
import type { ApiPage } from '#lib/queries/api/list.ts'
import { RUNS_PAGE, type RunFilter, type RunList, runListQuestions, toRunList } from '#lib/queries/runs/run-list-questions.ts'

const BUSY_MS = 2000
const IDLE_MS = 5000

/** All runs as they go: those under way on top. */
export function LiveRuns({ initial, filter }: { initial: RunList; filter: RunFilter }) {
  // Clocks of other machines differ, and durations are told by that of the page.
  const [aheadMs] = useState(() => initial.now - systemClock.now())
  const { data: list } = useQuery({
    queryKey: ['run', 'list', filter],
    queryFn: ({ signal }) => readRuns(filter, () => systemClock.now() + aheadMs, signal),
    initialData: initial,
    refetchInterval: (query) => ((query.state.data?.underWay.length ?? 0) > 0 ? BUSY_MS : IDLE_MS),
  })
  const { underWay, ended, next } = list
  return (
    <>
      {underWay.length > 0 && (
        <Section title="Under way" note={countInWords(underWay)}>
          <Runs runs={underWay} now={list.now} />
        </Section>
      )}
      <Section
        title="Ended"
        note={filter.before === null ? undefined : <a href={filteredRunsPath({ ...filter, before: null })}>Back to the newest</a>}
      >
        {ended.length === 0 ? <p className="muted">No run like this has ended.</p> : <Runs runs={ended} now={list.now} />}
        {next !== null && (
          <nav className="pages" aria-label="Pages of runs">
            <a href={filteredRunsPath({ ...filter, before: next })}>Earlier runs</a>
          </nav>
        )}
      </Section>
    </>
  )
}

async function readRuns(filter: RunFilter, now: () => number, signal: AbortSignal): Promise<RunList> {
  const read = (question: Parameters<typeof questionOf>[0]) => getJson<ApiPage<ListedRun>>(`/api/v1/runs${questionOf(question)}`, signal)
  const { underWay, ended } = runListQuestions(filter, RUNS_PAGE)
  const pages = await Promise.all([underWay && read(underWay), read(ended)])
  return toRunList(now(), ...pages)
}

function countInWords(runs: readonly ListedRun[]): string {
  const running = runs.filter((run) => run.state === 'running').length
  const others = runs.length - running
  return [running > 0 ? `${running} running` : '', others > 0 ? `${others} waiting` : ''].filter((words) => words !== '').join(', ')
}

function Runs({ runs, now }: { runs: readonly ListedRun[]; now: number }) {
  return (
    <ul className="divide-y divide-line">
      {runs.map((run) => (
        <li key={run.id}>
          <Run run={run} now={now} />
        </li>
      ))}
    </ul>
  )
}

/** Who asked for it; of a run elsewhere where to see it there. */
function whence(run: ListedRun) {
  if (run.system === null) return `by ${triggerInWords(run)}`
  return run.url === null ? null : <InItsSystem url={run.url} system={run.system} />
}

function Run({ run, now }: { run: ListedRun; now: number }) {
  const seconds = secondsOf(run, now)
  return (
    <article className="listed-run">
      <RunMark run={run} />
      <h3 className="text-sm font-medium max-[901px]:flex-[1_1_160px]">
        <a href={runPath(run.id)}>{jobInWords(run.flow, run.jobName)}</a> {run.system !== null && <SystemTag system={run.system} />}
      </h3>
      <span>
        <Time at={run.startedAt ?? run.scheduledFor} form="long" />
      </span>
      <span className="muted">{seconds === null ? 'not started' : formatDuration(seconds * 1000)}</span>
      <span className="muted">{rowsInWords(run)}</span>
      <span className="muted">{whence(run)}</span>
      {run.orderReason !== null && (
        <p className="muted">
          <bdi>{run.orderReason}</bdi>
        </p>
      )}
      {run.problem !== null && <p className={run.system === null ? undefined : 'run-words'}>{run.problem}</p>}
      {run.state === 'running' ? <RunProgress run={run} /> : run.waitingFor !== null && <p className="muted">{run.waitingFor}</p>}
    </article>
  )
}
