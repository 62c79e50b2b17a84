import { checked } from '#lib/connectors/kit/check.ts'
import type { Connection, Found, Session } from '#lib/connectors/kit/connector.ts'
import { counted } from '#lib/domain/wording/numbers.ts'
import { AirflowApi } from './api.ts'
import { cancelRun } from './cancel-run.ts'
import { listRuns } from './list-runs.ts'
import { observeAirflow } from './observe.ts'
import { type AirflowSettings, pathOfAsset } from './settings.ts'
import { healthSchema } from './shapes.ts'
import { startDag } from './start-run.ts'

/** A session of `airflow`, with all that it asks by. */
export function openAirflow(connection: Connection<AirflowSettings>): Session {
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
}

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
