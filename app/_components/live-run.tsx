'use client'
import { useQuery } from '@tanstack/react-query'
import type { RunView } from '#lib/queries/run-page.ts'
import { duration } from '../_lib/format-time.ts'
import { getJson } from '../_lib/get-json.ts'
import { grouped } from '../_lib/grouped.ts'
import { rowsInWords, secondsOf } from '../_lib/run-look.ts'
import { LogLines } from './log-lines.tsx'
import { RunMark } from './run-mark.tsx'
import { RunProgress } from './run-progress.tsx'
import { Facts, Section } from './section.tsx'
import { TaskChart } from './task-chart.tsx'
import { Time } from './time.tsx'
import { usePageTime } from './zone.tsx'

const LOOK_EVERY_MS = 2000

const TRIGGERS: Record<string, string> = { schedule: 'its schedule', manual: 'hand', after: 'the flow before it' }

/** A run as it goes: asked for again while it runs. */
export function LiveRun({ initial }: { initial: RunView }) {
  const { data: run } = useQuery({
    queryKey: ['run', initial.id],
    queryFn: ({ signal }) => getJson<RunView>(`/api/v1/runs/${initial.id}`, signal),
    initialData: initial,
    refetchInterval: (query) => (query.state.data?.state === 'running' ? LOOK_EVERY_MS : false),
  })
  return (
    <>
      <header className="subject-head">
        <h1>Run of {run.flow}</h1>
        <p className="verdict">
          <RunMark run={run} big />
          {run.attempt > 1 && <span className="muted">attempt {run.attempt}</span>}
        </p>
        {run.problem !== null && <p className="lead">{run.problem}</p>}
        {run.state === 'running' && <RunProgress run={run} />}
      </header>
      <RunFacts run={run} />
      <Section title="Steps">
        <TaskChart run={run} />
        {run.tasks.length === 0 && <p className="muted">No step has begun.</p>}
      </Section>
      <Section
        title="Log"
        note={run.logOmitted > 0 ? `the last ${run.log.length} lines; ${grouped(run.logOmitted)} earlier ones are left out` : undefined}
      >
        <LogLines lines={run.log} />
      </Section>
    </>
  )
}

function RunFacts({ run }: { run: RunView }) {
  const { now } = usePageTime()
  const seconds = secondsOf(run, now)
  const parameters = Object.keys(run.parameters).length === 0 ? null : <code>{JSON.stringify(run.parameters)}</code>
  return (
    <Facts
      facts={[
        ['Planned for', <Time key="planned" at={run.scheduledFor} form="long" />],
        ['Started', run.startedAt === null ? null : <Time key="started" at={run.startedAt} form="long" />],
        ['Ended', run.endedAt === null ? null : <Time key="ended" at={run.endedAt} form="long" />],
        ['Took', run.endedAt === null || seconds === null ? null : duration(seconds)],
        ['Rows', rowsInWords(run)],
        ['Started by', run.requestedBy ?? TRIGGERS[run.trigger] ?? run.trigger],
        ['Parameters', parameters],
        ...Object.entries(run.summary ?? {}).map(([name, value]) => [name, typeof value === 'number' ? grouped(value) : value] as const),
      ]}
    />
  )
}
