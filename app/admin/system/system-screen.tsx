import type { ReactNode } from 'react'
import { Key } from '#app/_ui/listed.tsx'
import { runsPath } from '#app/_ui/paths.ts'
import { Facts, Section } from '#app/_ui/section.tsx'
import { Mark } from '#app/_ui/status-mark.tsx'
import { Age, Time } from '#app/_ui/time.tsx'
import type { Actor } from '#lib/domain/access/actor.ts'
import { DAY_MS } from '#lib/domain/time/instant.ts'
import { KEPT_MS } from '#lib/domain/values/retention.ts'
import { formatBytes } from '#lib/domain/wording/bytes.ts'
import { formatCount } from '#lib/domain/wording/numbers.ts'
import type { SystemPage, Told, WorkerSeen, WorkNow } from '#lib/queries/pages/system-page.ts'
import { AdminShell } from '../admin-shell.tsx'
import { SlowStatements } from './slow-statements.tsx'
import { StorageTable } from './storage-table.tsx'

/** How Tidemark itself is. */
export function SystemScreen({ found, actor }: { found: SystemPage; actor: Pick<Actor, 'role'> }) {
  return (
    <AdminShell frame={found.frame} actor={actor} part="system" title={headline(found)}>
      <Section title="Workers">
        <IfTold told={found.workers}>{(workers) => <Workers workers={workers} />}</IfTold>
      </Section>
      <Section title="Under way">
        <IfTold told={found.work}>{(work) => <Work work={work} />}</IfTold>
      </Section>
      <Section title="Versions">
        <Versions found={found} />
      </Section>
      <Section
        title="Storage"
        note={
          found.storage.ok
            ? `${formatBytes(found.storage.value.databaseBytes)} in all, other databases of the server not counted`
            : undefined
        }
      >
        <IfTold told={found.storage}>{(storage) => <StorageTable storage={storage} />}</IfTold>
        <Retention />
      </Section>
      <Section title="Slowest statements" note={found.slowest.ok ? 'since the server began to count, by total time' : undefined}>
        <IfTold told={found.slowest}>{(statements) => <SlowStatements statements={statements} />}</IfTold>
      </Section>
    </AdminShell>
  )
}

function headline({ workers, storage }: SystemPage): string {
  if (!workers.ok) return 'What the workers do cannot be read.'
  const working = workers.value.filter(({ state }) => state === 'working').length
  const words = working === 0 ? 'No worker is at work' : working === 1 ? 'One worker is at work' : `${working} workers are at work`
  return storage.ok ? `${words}; the database takes ${formatBytes(storage.value.databaseBytes)}.` : `${words}.`
}

/** What was found out, or why it was not. */
function IfTold<T>({ told, children }: { told: Told<T>; children: (value: T) => ReactNode }) {
  return told.ok ? children(told.value) : <p>{told.words}</p>
}

const STATES: Record<WorkerSeen['state'], readonly [icon: string, words: string]> = {
  working: ['fresh', 'At work'],
  silent: ['stale', 'Silent'],
  stopped: ['none', 'Stopped'],
}

function Workers({ workers }: { workers: readonly WorkerSeen[] }) {
  if (workers.length === 0)
    return (
      <p>
        No worker has ever run. Start one with <code>npm start</code>, or <code>npm run worker</code> beside it.
      </p>
    )
  return (
    <table className="table stacked">
      <thead>
        <tr>
          <th scope="col">Worker</th>
          <th scope="col">State</th>
          <th scope="col">Last sign of life</th>
          <th scope="col">Started</th>
          <th scope="col">Runs in hand</th>
          <th scope="col">Version</th>
        </tr>
      </thead>
      <tbody>
        {workers.map((worker) => (
          <tr key={worker.id}>
            <th scope="row">
              <code>{worker.id}</code>
            </th>
            <td>
              <Mark icon={STATES[worker.state][0]}>{STATES[worker.state][1]}</Mark>
            </td>
            <td data-label="Last sign of life">
              <Time at={worker.heartbeatAt} />
              <Age at={worker.heartbeatAt} brackets past />
            </td>
            <td data-label="Started">
              <Time at={worker.startedAt} />
            </td>
            <td data-label="Runs in hand">{worker.runs}</td>
            <td data-label="Version">
              {worker.version === null ? (
                <span className="muted">not said</span>
              ) : (
                `${worker.version}, Node ${worker.node?.replace(/^v/, '') ?? ''}`
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function Work({ work }: { work: WorkNow }) {
  const { running, waiting, queued, messagesWaiting, messagesGivenUp } = work
  return (
    <Facts
      facts={[
        ['Runs', <a key="runs" href={runsPath}>{`${formatCount(running)} running, ${formatCount(waiting)} waiting`}</a>],
        [
          'Wake-ups in the queue',
          queued.length === 0 ? 'none' : queued.map(({ kind, count }) => `${formatCount(count)} ${kind}`).join(', '),
        ],
        ['Messages on their way', formatCount(messagesWaiting)],
        ['Messages given up within a day', formatCount(messagesGivenUp)],
      ]}
    />
  )
}

function Versions({ found }: { found: SystemPage }) {
  const { tidemark, node, postgres, migrations } = found
  return (
    <Facts
      facts={[
        ['Tidemark', tidemark],
        ['Node', node.replace(/^v/, '')],
        ['PostgreSQL', postgres.ok ? postgres.value : postgres.words],
        [
          'Migrations',
          migrations.ok ? (
            <span key="migrations">
              {formatCount(migrations.value.count)}, the last <Key name={migrations.value.last} />, <Time at={migrations.value.at} />
            </span>
          ) : (
            migrations.words
          ),
        ],
      ]}
    />
  )
}

function Retention() {
  const days = (ms: number) => `${ms / DAY_MS} days`
  return (
    <p className="muted mt-4 text-sm">
      Facts, statuses and days are kept for {days(KEPT_MS.facts)}; logs, steps and refused rows of runs, and messages, for{' '}
      {days(KEPT_MS.ledger)}; workers that stopped for {days(KEPT_MS.workers)}; sessions, links and counted tries until a day after they are
      over. The audit and the versions of the catalogue are kept for good.
    </p>
  )
}
