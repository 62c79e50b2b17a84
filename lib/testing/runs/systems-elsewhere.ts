import { startDataFactory } from '#demo/startup/adf.ts'
import { startAirbyte } from '#demo/startup/airbyte.ts'
import { startAirflow } from '#demo/startup/airflow.ts'
import { startDbtCloud } from '#demo/startup/dbt-cloud.ts'
import { startFivetran } from '#demo/startup/fivetran.ts'
import { startPrefect } from '#demo/startup/prefect.ts'
import { startRedash } from '#demo/startup/redash.ts'
import { startSnapLogicRuntimes } from '#demo/startup/snaplogic-runtimes.ts'
import { startTableau } from '#demo/startup/tableau.ts'
import adf from '#lib/connectors/adf.ts'
import airbyteConnector from '#lib/connectors/airbyte.ts'
import airflowConnector from '#lib/connectors/airflow.ts'
import dbt from '#lib/connectors/dbt.ts'
import fivetranConnector from '#lib/connectors/fivetran.ts'
import type { Connector } from '#lib/connectors/kit/connector.ts'
import prefectConnector from '#lib/connectors/prefect.ts'
import redashConnector from '#lib/connectors/redash.ts'
import runtimesConnector from '#lib/connectors/snaplogic-runtimes.ts'
import tableauConnector from '#lib/connectors/tableau.ts'

const SECRET = 'hush-never-shown'
const LONG_AGO = '2026-11-20T20:00:00.000Z'

/** A system that runs one job, and what somebody does to it. */
export interface SystemElsewhere {
  connector: Connector
  /** As they stand in a catalogue. */
  settings: Record<string, unknown>
  job: string
  /** How many runs of it were begun, here or there. */
  begun(): number
  /** Somebody there begins one; absent where nobody is told of what others begin. */
  beginThere?(): void
  /** The run that goes on fails. */
  fail(): void
  /** Whether the run that was begun last was told to stop; absent: its system cannot be told. */
  isStopped?(): boolean
  /** What it says of that. */
  words: string | RegExp
  /** It keeps nothing by which a run that failed could be found again. */
  forgetsFailures?: true
  /** Where its run bears our key: what stands there for a wish. */
  keys?(): unknown[]
  close(): Promise<void>
}

type Begin = (now: () => number) => Promise<SystemElsewhere>
const written = (now: () => number) => new Date(now()).toISOString()

/** The systems whose jobs can be started, each a stand-in of its own whose clock is the given one. */
export const SYSTEMS_ELSEWHERE: Readonly<Record<string, Begin>> = {
  async prefect(now) {
    const { prefect, url, close } = await startPrefect(SECRET)
    prefect.now = now
    const deployment = prefect.deploy('load', 'nightly')
    const at = () => written(now)
    return {
      ...{ connector: prefectConnector, job: 'load/nightly', words: 'The disk is full.', close },
      settings: { url, auth: 'basic', user: prefect.user, password: SECRET },
      begun: () => prefect.runs.length,
      beginThere: () => prefect.ran(deployment, at(), { type: 'RUNNING', name: 'Running', end: null }),
      fail: () =>
        Object.assign(prefect.runs.at(-1) ?? {}, { type: 'FAILED', name: 'Failed', message: 'The disk is full.', start: at(), end: at() }),
      keys: () => prefect.runs.map(({ key }) => key),
      isStopped: () => /^CANCELL/.test(prefect.runs.at(-1)?.type ?? ''),
    }
  },

  async airflow(now) {
    const { airflow, url, close } = await startAirflow(SECRET, true)
    airflow.now = now
    airflow.dag('load_prices')
    const at = () => written(now)
    const failedTasks = [{ task: 'copy', tries: 2 }]
    return {
      ...{ connector: airflowConnector, job: 'load_prices', words: /copy/, close },
      settings: { url, api: 'v2', user: airflow.user, password: SECRET },
      begun: () => airflow.runs.length,
      beginThere: () => airflow.ran('load_prices', at(), { state: 'running', end: null }),
      fail: () => Object.assign(airflow.runs.at(-1) ?? {}, { state: 'failed', start: at(), end: at(), failedTasks }),
      keys: () => airflow.runs.map(({ id }) => id),
      isStopped: () => airflow.runs.at(-1)?.state === 'failed',
    }
  },

  async adf(now) {
    const { factory, url, close } = await startDataFactory(SECRET)
    factory.now = now
    factory.pipeline('load_prices')
    const at = () => written(now)
    const place = { subscription: 'one', resourceGroup: 'data', factory: 'loads', url, authority: url }
    return {
      ...{ connector: adf, job: 'load_prices', words: /The sink is full/, close },
      settings: { ...place, tenant: 'example', clientId: 'tidemark', clientSecret: SECRET },
      begun: () => factory.runs.length,
      beginThere: () => factory.ran('load_prices', at(), { status: 'InProgress', end: null }),
      fail: () => Object.assign(factory.runs.at(-1) ?? {}, { status: 'Failed', start: at(), end: at(), message: 'The sink is full.' }),
      keys: () => factory.runs.map(({ parameters }) => parameters['tidemark']),
      isStopped: () => factory.runs.at(-1)?.status === 'Canceling',
    }
  },

  async dbt(now) {
    const { cloud, url, close } = await startDbtCloud({ account: 901, token: SECRET })
    cloud.now = () => written(now)
    cloud.jobs.push({ job: 7, environment: 3, project: 2 })
    const at = () => written(now)
    const made = { job: 7, environment: 3, project: 2, steps: [] }
    return {
      ...{ connector: dbt, job: '7', words: 'The repository could not be cloned.', close },
      settings: { account: cloud.account, host: url, token: SECRET, jobs: [7] },
      begun: () => cloud.runs.length,
      beginThere: () => cloud.runs.push({ ...made, id: 1 + cloud.runs.length, status: 3, createdAt: at(), startedAt: at() }),
      fail: () =>
        Object.assign(cloud.runs.at(-1) ?? {}, {
          ...{ status: 20, startedAt: at(), finishedAt: at(), message: 'The repository could not be cloned.' },
        }),
      keys: () => cloud.runs.map(({ cause }) => cause),
      isStopped: () => cloud.runs.at(-1)?.status === 30,
    }
  },

  async fivetran(now) {
    const { fivetran, url, close } = await startFivetran(SECRET)
    fivetran.connect('prices', LONG_AGO)
    let there = 0
    return {
      ...{ connector: fivetranConnector, job: 'prices', words: 'Reconnect your account.', close },
      settings: { url, apiKey: fivetran.key, apiSecret: SECRET },
      begun: () => there + fivetran.begun.length,
      beginThere: () => {
        there += 1
        fivetran.turn('prices', { status: { sync_state: 'syncing' } })
      },
      fail: () => {
        fivetran.end('prices', 'failed_at', written(now))
        fivetran.turn('prices', { status: { tasks: [{ code: 'reconnect', message: 'Reconnect your account.' }] } })
      },
    }
  },

  async airbyte(now) {
    const { airbyte, url, close } = await startAirbyte(SECRET)
    airbyte.now = now
    const connection = airbyte.connect('prices')
    const at = () => written(now)
    return {
      ...{ connector: airbyteConnector, job: connection.connectionId, words: /its page has the log/, close },
      settings: { url, clientId: airbyte.clientId, clientSecret: SECRET },
      begun: () => airbyte.jobs.length,
      beginThere: () => airbyte.ran(connection, at(), { status: 'running' }),
      fail: () => Object.assign(airbyte.jobs.at(-1) ?? {}, { status: 'failed', lastUpdatedAt: at() }),
      isStopped: () => airbyte.jobs.at(-1)?.status === 'cancelled',
    }
  },

  async redash(now) {
    const { redash, url, close } = await startRedash(SECRET)
    const prices = redash.ask('Prices', LONG_AGO)
    return {
      ...{ connector: redashConnector, job: 'queries/1', words: 'The table prices is locked.', forgetsFailures: true as const, close },
      settings: { url, apiKey: SECRET },
      begun: () => redash.jobs.length,
      fail: () => redash.turn(prices, 4, written(now), 'The table prices is locked.'),
      isStopped: () => redash.jobs.at(-1)?.error === 'Query cancelled by user.',
    }
  },

  async tableau(now) {
    const { tableau, url, close } = await startTableau(SECRET)
    tableau.now = now
    const source = tableau.source('prices', LONG_AGO)
    const at = () => written(now)
    return {
      ...{ connector: tableauConnector, job: `datasources/${source.id}`, words: 'The disk is full.', close },
      settings: { url, site: 'finance', tokenName: 'tidemark', tokenSecret: SECRET },
      begun: () => tableau.jobs.length,
      isStopped: () => tableau.jobs.at(-1)?.status === 'Cancelled',
      beginThere: () => tableau.ran(source, at(), { status: 'InProgress', endedAt: null, finishCode: null }),
      fail: () =>
        Object.assign(tableau.jobs.at(-1) ?? {}, {
          ...{ status: 'Failed', startedAt: at(), endedAt: at(), finishCode: 1, notes: 'The disk is full.' },
        }),
    }
  },

  async 'snaplogic-runtimes'(now) {
    const { snaplogic, url, feed, close } = await startSnapLogicRuntimes(SECRET)
    snaplogic.now = now
    snaplogic.tasks.set('projects/Admin/Load', { project: 'projects/Admin', label: 'load', token: SECRET })
    const job = 'projects/Admin/load'
    const tasks = { [job]: { url: `${feed}projects/Admin/Load`, token: SECRET } }
    return {
      ...{ connector: runtimesConnector, job, words: 'The disk is full.', close },
      settings: { org: 'RIVERSIDE', url, user: 'tide', password: SECRET, tasks },
      begun: () => snaplogic.runs.length,
      isStopped: () => snaplogic.runs.at(-1)?.state === 'Stopping',
      beginThere: () => snaplogic.ran('load', written(now), { state: 'Started', invoker: 'manual' }),
      fail: () => {
        const run = Object.assign(snaplogic.runs.at(-1) ?? {}, { state: 'Failed', state_timestamp: written(now) })
        snaplogic.why.set(String('id' in run ? run.id : ''), { reason: 'The disk is full.' })
      },
    }
  },
}
