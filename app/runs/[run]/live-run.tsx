'use client'

import { useQuery } from '@tanstack/react-query'
import { useRouter } from 'next/navigation'
import { type ReactNode, useEffect, useRef } from 'react'
import { getJson } from '#app/_ui/live/get-json.ts'
import { rowsInWords, secondsOf, triggerInWords } from '#app/_ui/runs/run-labels.ts'
import { RunMark } from '#app/_ui/runs/run-mark.tsx'
import { TaskChart } from '#app/_ui/runs/task-chart.tsx'
import { Facts, Section } from '#app/_ui/section.tsx'
import { Time } from '#app/_ui/time.tsx'
import { isEnded } from '#lib/domain/runs/run.ts'
import { formatDuration } from '#lib/domain/wording/durations.ts'
import { formatCount } from '#lib/domain/wording/numbers.ts'
import type { LogPart, LogQuery } from '#lib/queries/runs/run-log.ts'
import type { RunView } from '#lib/queries/runs/run-view.ts'
import { JobThere } from './job-there.tsx'
import { OrderedBy } from './ordered-by.tsx'
import { RunActions } from './run-actions.tsx'
import { RunGauge } from './run-gauge.tsx'
import { RunLog } from './run-log.tsx'

const LOOK_EVERY_MS = 2000
const REFRESH_EVERY_MS = 10_000

interface LiveRunProps {
  initial: RunView
  log: { initial: LogPart; query: LogQuery }
  /** What may be asked of its flow; null when this page takes no actions. */
  actions: { parameters: readonly string[] | null } | null
  /** What stands below the log: made by the server, and asked for again as the run goes. */
  children: ReactNode
}

/** A run as it goes: asked for again until it has ended. */
export function LiveRun({ initial, log, actions, children }: LiveRunProps) {
  const {
    data: run,
    dataUpdatedAt,
    refetch,
  } = useQuery({
    queryKey: ['run', initial.id],
    queryFn: ({ signal }) => getJson<RunView>(`/api/v1/runs/${initial.id}`, signal),
    initialData: initial,
    refetchInterval: ({ state: { data } }) => (data === undefined || isOver(data) ? false : LOOK_EVERY_MS),
  })
  useFreshPage(run)
  const stages = Object.keys(run.counters).length
  return (
    <>
      <header className="max-w-[880px] pt-4 pb-6">
        <h1>
          {run.isDryRun ? 'Dry run' : 'Run'} of <bdi>{run.flow}</bdi>
        </h1>
        <p className="verdict">
          <RunMark run={run} big />
          {run.attempt > 1 && <span className="muted">attempt {run.attempt}</span>}
        </p>
        {run.isDryRun && (
          <p className="lead">It reads everything and says what would change. It writes nothing, so it proves nothing about the data.</p>
        )}
        {run.problem !== null && <p className="lead">{run.problem}</p>}
        {run.orders.map((order) => (
          <OrderedBy key={`${order.feedKey} ${order.at}`} order={order} />
        ))}
        {run.job !== null && <JobThere job={run.job} />}
        <RunGauge run={run} readAt={dataUpdatedAt} />
        {actions !== null && <RunActions run={run} parameters={actions.parameters} onDone={() => void refetch()} />}
      </header>
      <RunFacts run={run} />
      {stages > 0 && (
        <Section title="Counts by stage">
          <CounterTable counters={run.counters} />
        </Section>
      )}
      <Section title="Steps" note={run.tasksOmitted > 0 ? `${formatCount(run.tasksOmitted)} earlier ones are left out` : undefined}>
        <TaskChart run={run} now={run.now} />
        {run.tasks.length === 0 && <p className="muted">No step has begun.</p>}
      </Section>
      <RunLog runId={run.id} initial={log.initial} query={log.query} isGrowing={!isEnded(run.state)} />
      {children}
    </>
  )
}

/** Nothing about it changes any more: a run that was stopped may still be cancelled elsewhere. */
function isOver({ state, job }: RunView): boolean {
  return isEnded(state) && (job?.cancelDueAt ?? null) === null
}

/** Renders the rest of the page anew when the run has ended or put more rows aside; while it runs not all the time. */
function useFreshPage({ state, rowsRejected, now }: RunView): void {
  const router = useRouter()
  const seen = useRef({ state, rowsRejected, now })
  useEffect(() => {
    const before = seen.current
    const hasMore = rowsRejected !== before.rowsRejected && now - before.now >= REFRESH_EVERY_MS
    if (state === before.state && !hasMore) return
    seen.current = { state, rowsRejected, now }
    router.refresh()
  }, [router, state, rowsRejected, now])
}

function RunFacts({ run }: { run: RunView }) {
  const seconds = secondsOf(run, run.now)
  const took = seconds === null ? null : formatDuration(seconds * 1000)
  const isOver = isEnded(run.state)
  return (
    <Facts
      facts={[
        ['Planned for', <Time key="planned" at={run.scheduledFor} form="long" />],
        ['Started', run.startedAt === null ? null : <Time key="started" at={run.startedAt} form="long" />],
        ['Ended', run.endedAt === null ? null : <Time key="ended" at={run.endedAt} form="long" />],
        [isOver ? 'Took' : 'Has taken', took],
        [
          'Rows',
          run.rowsRejected > 0 ? (
            <a key="rows" href="#rejected">
              {rowsInWords(run)}
            </a>
          ) : (
            rowsInWords(run)
          ),
        ],
        ['Started by', triggerInWords(run)],
        ...Object.entries(run.parameters).map(([name, value]) => [`Parameter ${name}`, <Value key={name} value={value} />] as const),
        ...Object.entries(run.summary ?? {}).map(
          ([name, value]) => [name, typeof value === 'number' ? formatCount(value) : value] as const,
        ),
      ]}
    />
  )
}

function Value({ value }: { value: unknown }) {
  return <code>{typeof value === 'string' ? value : JSON.stringify(value)}</code>
}

function CounterTable({ counters }: { counters: RunView['counters'] }) {
  return (
    <table>
      <caption className="sr-only">Counts of this run, by stage</caption>
      <tbody>
        {Object.entries(counters).map(([stage, counts]) => (
          <tr key={stage} className="border-line not-first:border-t max-md:grid max-md:py-2">
            <th scope="row" className="w-44 py-2 pe-6 max-md:w-full max-md:p-0 max-md:text-muted [tr:first-child>&]:pt-0">
              {stage}
            </th>
            <td className="py-2 pe-6 max-md:p-0 [tr:first-child>&]:pt-0">
              <ul className="figures flex flex-wrap gap-x-6 gap-y-1">
                {Object.entries(counts).map(([name, count]) => (
                  <li key={name}>
                    <strong className="font-semibold">{formatCount(count)}</strong> {name}
                  </li>
                ))}
              </ul>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
