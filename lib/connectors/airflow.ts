import { z } from 'zod'
import { AirflowApi } from '#lib/connectors/airflow/api.ts'
import { cancelRun } from '#lib/connectors/airflow/cancel-run.ts'
import { listRuns } from '#lib/connectors/airflow/list-runs.ts'
import { observeAirflow } from '#lib/connectors/airflow/observe.ts'
import { type AirflowSettings, airflowSettings, namedBy, pathOfAsset } from '#lib/connectors/airflow/settings.ts'
import { healthSchema } from '#lib/connectors/airflow/shapes.ts'
import { startDag } from '#lib/connectors/airflow/start-run.ts'
import { counted } from '#lib/domain/wording/numbers.ts'
import { checked } from './kit/check.ts'
import { defineConnector, type Found } from './kit/connector.ts'

/** Airflow 2 and 3: a path is a DAG, or `asset/<uri>`; a job is a DAG. */
export default defineConnector<AirflowSettings>({
  kind: 'airflow',
  example: {
    settings: [
      { url: 'https://airflow.example.edu', user: 'tidemark', password: '${AIRFLOW_PASSWORD}' },
      { url: 'https://airflow.example.edu', token: '${AIRFLOW_TOKEN}' },
      { url: 'https://airflow.example.edu', user: 'tidemark', password: '${AIRFLOW_PASSWORD}', api: 'v1' },
    ],
    asset: { path: 'load_prices' },
    speaksTo: 'Airflow 3, and Airflow 2',
    told: '`url` of its page; `user` and `password`, or `token` of what stands in front of it; `api` v2, for Airflow 2 v1, `timeout` 1m',
    toldOfAsset: null,
    asked: null,
    evidence: [
      { reads: 'of an asset (a dataset in Airflow 2) the last event by which it was updated', clock: 'loadedAt', strength: 'strong' },
      { reads: 'of a DAG the end of its last run that went well, whose tasks may have been skipped', clock: 'loadedAt', strength: 'weak' },
    ],
    permission:
      'reading DAGs, their runs, task instances with their logs, and assets (role Viewer), and creating and editing runs of DAGs where they are started and cancelled from here (role User)',
  },
  settings: airflowSettings,
  assetSettings: z.strictObject({}),
  assetKind: 'table',
  startsJobs: () => true,
  cancelsJobs: true,
  limits: { atOnce: 4, perMinute: null },
  refuseAsset({ path }) {
    if (namedBy(path) !== null) return null
    return {
      at: [],
      problem: `"${path}" is neither a DAG nor asset/<uri>.`,
      remedy: 'Write <connection>/<dag> or <connection>/asset/<uri>.',
    }
  },

  open(connection) {
    const api = new AirflowApi(connection)
    return {
      check: () => checked(connection, () => enter(api)),
      discover: () => discover(api),
      observe: (assets) => observeAirflow(connection, api, assets),
      runs: (since) => listRuns(connection, api, since),
      start: (job, wanted) => startDag(connection, api, job, wanted),
      cancel: (job, unwanted) => cancelRun(api, job, unwanted),
      close: () => api.close(),
    }
  },
})

const GAPS = ['Airflow does not tell what its DAGs read.']

async function* discover(api: AirflowApi): AsyncGenerator<Found> {
  for (const { id, description, owners, tags } of (await api.dags()).values()) {
    const names = tags?.map(({ name }) => name) ?? []
    const labels = { dag: id, ...(names[0] !== undefined && { tag: names[0], tags: names.join(', ') }) }
    const found: Found = { path: id, kind: 'table', name: id, settings: {}, upstream: [], policy: null, group: 'DAGs', labels, job: id }
    yield { ...found, gaps: GAPS, description: description ?? null, owner: owners?.[0] ?? null, url: `${api.base}/dags/${id}` }
  }
  for (const { uri, name, group, producing_tasks: tasks } of (await api.assets()).values()) {
    const jobs = new Set(tasks?.map(({ dag_id }) => dag_id))
    const job = jobs.size === 1 ? ([...jobs][0] ?? null) : null
    const labels = { uri, ...(job !== null && { dag: job }) }
    const found: Found = {
      path: pathOfAsset(uri),
      kind: 'table',
      name: name ?? uri,
      settings: {},
      upstream: [],
      policy: null,
      group: group ?? 'assets',
    }
    yield { ...found, gaps: GAPS, labels, job }
  }
}

async function enter(api: AirflowApi): Promise<string> {
  const dags = [...(await api.dags()).values()]
  const version = await api.version()
  const health = await api.get(api.isThree ? '/monitor/health' : '/health', healthSchema, 'how it is')
  const paused = dags.filter(({ is_paused: isPaused }) => isPaused === true).length
  const how = health.scheduler?.status === 'healthy' ? '' : ' Its scheduler is not healthy: no run begins before it is.'
  return `Airflow ${version} lets us in; it has ${counted(dags.length, 'DAG')}${paused === 0 ? '' : `, ${paused} of them paused`}.${how}`
}
