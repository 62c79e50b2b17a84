import type { Session } from '#lib/connectors/kit/connector.ts'
import { beginFactoryWorld } from './adf-world.ts'
import { beginAirbyteWorld } from './airbyte-world.ts'
import { beginAirflowWorld } from './airflow-world.ts'
import { DbtCloudWorld } from './dbt-cloud-world.ts'
import { beginPrefectWorld } from './prefect-world.ts'
import { beginRedashWorld } from './redash-world.ts'
import { beginRuntimesWorld } from './snaplogic-runtimes-world.ts'
import { beginTableauWorld } from './tableau-world.ts'

/** By their clocks. */
export const NOW = '2026-11-29T12:00:00Z'

type Fault = { kind: 'server-error' | 'cut-off' } | { kind: 'too-many'; retryAfter: string }

/** A scheduler whose runs can be cancelled, and how one stands by its own words. */
export interface Scheduler {
  job: string
  /** Its runs cannot be told from another by a key. */
  keepsNoKey?: true
  /** It lists none either, so one that nobody heard of is not found. */
  keepsNoList?: true
  isCancelled: string
  ask<T>(question: (session: Session) => Promise<T>): Promise<T>
  begun(): void
  ended(): void
  /** It ends well while it is told to stop, where its system tells that. */
  endsMeanwhile?(): void
  /** It is deleted while it is told to stop. */
  goesMeanwhile?(): void
  /** Another begins by whoever else, where none can be told from ours. */
  another?(): void
  stands(): unknown
  forget(): void
  forbid(): void
  /** What goes wrong with the next request that cancels. */
  fail(fault: Fault): void
  cancels(): number
  end(): Promise<void>
}

async function prefect(): Promise<Scheduler> {
  const { prefect: server, ask, end } = await beginPrefectWorld(NOW)
  server.deploy('load', 'nightly')
  const change = (type: 'RUNNING' | 'COMPLETED') => () =>
    Object.assign(server.runs[0] ?? {}, { type, name: type, end: type === 'COMPLETED' ? NOW : null })
  return {
    ...{ job: 'load/nightly', isCancelled: 'CANCELLING', ask, end, begun: change('RUNNING'), ended: change('COMPLETED') },
    stands: () => server.runs[0]?.type,
    forget: () => void server.runs.splice(0),
    forbid: () => void Object.assign(server, { mayRun: false }),
    fail: (fault) => server.failAt('/set_state', fault),
    cancels: () => server.requests.filter((line) => line.endsWith('/set_state')).length,
  }
}

async function adf(): Promise<Scheduler> {
  const { factory, ask, end } = await beginFactoryWorld(NOW)
  factory.pipeline('load')
  return {
    ...{ job: 'load', isCancelled: 'Canceling', ask, end },
    begun: () => void Object.assign(factory.runs[0] ?? {}, { status: 'InProgress', start: NOW }),
    ended: () => void Object.assign(factory.runs[0] ?? {}, { status: 'Succeeded', start: NOW, end: NOW }),
    stands: () => factory.runs[0]?.status,
    forget: () => void factory.runs.splice(0),
    forbid: () => void Object.assign(factory, { mayRun: false }),
    fail: (fault) => factory.failAt('/cancel', fault),
    cancels: () => factory.requests.filter((line) => line.endsWith('/cancel')).length,
  }
}

const airflow = (api: 'v1' | 'v2') => async (): Promise<Scheduler> => {
  const { airflow: server, ask, end } = await beginAirflowWorld(NOW, api)
  server.dag('load')
  return {
    ...{ job: 'load', isCancelled: 'failed', ask, end },
    begun: () => void Object.assign(server.runs[0] ?? {}, { state: 'running', start: NOW }),
    ended: () => void Object.assign(server.runs[0] ?? {}, { state: 'success', start: NOW, end: NOW }),
    stands: () => server.runs[0]?.state,
    forget: () => void server.runs.splice(0),
    forbid: () => void Object.assign(server, { mayRun: false }),
    fail: (fault) => server.failAt('PATCH ', fault),
    cancels: () => server.requests.filter((line) => line.startsWith('PATCH')).length,
  }
}

async function airbyte(): Promise<Scheduler> {
  const { airbyte: server, ask, end } = await beginAirbyteWorld(NOW)
  const { connectionId } = server.connect('prices')
  const ended = () => void Object.assign(server.jobs[0] ?? {}, { status: 'succeeded', lastUpdatedAt: NOW })
  return {
    ...{ job: connectionId, isCancelled: 'cancelled', keepsNoKey: true, ask, end },
    begun: () => {},
    ended,
    endsMeanwhile: () => void Object.assign(server, { meanwhile: ended }),
    goesMeanwhile: () => void Object.assign(server, { meanwhile: () => server.jobs.splice(0) }),
    another: () => void server.ran({ connectionId }, NOW, { status: 'running' }),
    stands: () => server.jobs[0]?.status,
    forget: () => void server.jobs.splice(0),
    forbid: () => void Object.assign(server, { mayRun: false }),
    fail: (fault) => server.failAt('DELETE /jobs/1', fault),
    cancels: () => server.requests.filter((line) => line.startsWith('DELETE')).length,
  }
}

async function dbtCloud(): Promise<Scheduler> {
  const world = await DbtCloudWorld.begin(NOW)
  const { cloud } = world
  cloud.jobs.push({ job: 7, environment: 3, project: 2 })
  return {
    ...{ job: '7', isCancelled: '30', ask: world.ask.bind(world), end: () => world.end() },
    begun: () => void Object.assign(cloud.runs[0] ?? {}, { status: 3, startedAt: NOW }),
    ended: () => void Object.assign(cloud.runs[0] ?? {}, { status: 10, startedAt: NOW, finishedAt: NOW }),
    stands: () => String(cloud.runs[0]?.status),
    forget: () => void cloud.runs.splice(0),
    forbid: () => void Object.assign(cloud, { mayRunJobs: false }),
    fail: (fault) => cloud.failAt('POST', fault),
    cancels: () => cloud.requests.filter((line) => line.includes('/cancel/')).length,
  }
}

async function tableau(): Promise<Scheduler> {
  const { tableau: site, ask, end } = await beginTableauWorld(NOW)
  const source = site.source('prices', '2026-11-29T10:00:00Z')
  const ended = () => void Object.assign(site.jobs[0] ?? {}, { status: 'Success', startedAt: NOW, endedAt: NOW, finishCode: 0 })
  return {
    ...{ job: `datasources/${source.id}`, isCancelled: 'Cancelled', keepsNoKey: true, ask, end },
    begun: () => void Object.assign(site.jobs[0] ?? {}, { status: 'InProgress', startedAt: NOW }),
    ended,
    endsMeanwhile: () => void Object.assign(site, { meanwhile: ended }),
    goesMeanwhile: () => void Object.assign(site, { meanwhile: () => site.jobs.splice(0) }),
    another: () => void site.ran(source, NOW, { status: 'InProgress', endedAt: null, finishCode: null }),
    stands: () => site.jobs[0]?.status,
    forget: () => void site.jobs.splice(0),
    forbid: () => void Object.assign(site, { isAdmin: false }),
    fail: (fault) => site.fail(fault, /^\/jobs\/.+/),
    cancels: () => site.requests.filter((line) => line.startsWith('PUT')).length,
  }
}

async function snaplogic(): Promise<Scheduler> {
  const { snaplogic: org, ask, end } = await beginRuntimesWorld(NOW)
  const ended = () => void Object.assign(org.runs[0] ?? {}, { state: 'Completed' })
  return {
    ...{ job: 'projects/Admin/load', isCancelled: 'Stopping', keepsNoKey: true, ask, end },
    begun: () => {},
    ended,
    endsMeanwhile: () => void Object.assign(org, { meanwhile: ended }),
    goesMeanwhile: () => void Object.assign(org, { meanwhile: () => org.runs.splice(0) }),
    another: () => void org.ran('load', NOW, { state: 'Started', invoker: 'triggered' }),
    stands: () => org.runs[0]?.state,
    forget: () => void org.runs.splice(0),
    forbid: () => void Object.assign(org, { mayStop: false }),
    fail: (fault) => org.fail(fault, /runtime\/stop/),
    cancels: () => org.requests.filter((line) => line.startsWith('POST /stop/')).length,
  }
}

async function redash(): Promise<Scheduler> {
  const { redash: server, known, ask, end } = await beginRedashWorld(NOW)
  const prices = server.ask('Prices', '2026-11-29T10:00:00Z')
  const ended = () => server.turn(prices, 3, '2026-11-29T12:00:30Z')
  return {
    ...{ job: 'queries/1', isCancelled: '4 Query cancelled by user.', keepsNoKey: true, keepsNoList: true, ask, end },
    begun() {
      server.turn(prices, 2)
      const externalId = `queries/1/${server.jobs[0]?.id}`
      known.push({ job: 'queries/1', externalId, attempt: 1, state: 'running', startedAt: Date.parse(NOW), endedAt: null })
    },
    ended,
    endsMeanwhile: () => void Object.assign(server, { meanwhile: ended }),
    stands: () => `${server.jobs[0]?.status} ${server.jobs[0]?.error}`,
    forget: () => void server.jobs.splice(0),
    forbid: () => server.changeKey('another'),
    fail: (fault) => server.fail(fault, /jobs/),
    cancels: () => server.requests.filter((line) => line.startsWith('DELETE')).length,
  }
}

/** All whose runs can be cancelled, by what one is a run of. */
export const SCHEDULERS: [string, () => Promise<Scheduler>][] = [
  ['a deployment of Prefect', prefect],
  ['a pipeline of Data Factory', adf],
  ['a DAG of Airflow 3', airflow('v2')],
  ['a DAG of Airflow 2', airflow('v1')],
  ['a connection of Airbyte', airbyte],
  ['a job of dbt Cloud', dbtCloud],
  ['an extract of Tableau', tableau],
  ['a pipeline of SnapLogic', snaplogic],
  ['a query of Redash', redash],
]
