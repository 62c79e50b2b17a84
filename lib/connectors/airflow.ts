import { z } from 'zod'
import { type AirflowSettings, airflowSettings, namedBy } from '#lib/connectors/airflow/settings.ts'
import { defineConnector } from './kit/connector.ts'

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
  open: async (connection) => (await import('./airflow/open.ts')).openAirflow(connection),
})
