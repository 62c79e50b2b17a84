import { z } from 'zod'
import { type PrefectSettings, prefectSettings, whyNoDeployment } from '#lib/connectors/prefect/settings.ts'
import { defineConnector } from './kit/connector.ts'

/** Prefect 3, a server or a workspace of its Cloud: a path is a deployment, `<flow>/<deployment>`, and so is a job. */
export default defineConnector<PrefectSettings>({
  kind: 'prefect',
  example: {
    settings: [
      { url: 'http://prefect.example.edu:4200/api' },
      { url: 'https://prefect.example.edu/api', auth: 'bearer', token: '${PREFECT_API_KEY}', tags: ['datalake'] },
    ],
    asset: { path: 'load-prices/nightly' },
    speaksTo: 'Prefect 3, a server or a workspace of Prefect Cloud',
    told: '`url` of its API; `auth` none, basic with `user`, `password`, bearer with `token`, header with `header`, `token`; `tags` that a deployment must bear, `timeout` 1m',
    toldOfAsset: null,
    asked: null,
    evidence: [
      { reads: 'the end of the last run of the deployment that completed and was not cached', clock: 'loadedAt', strength: 'strong' },
    ],
    permission:
      'reading deployments, flows and runs; running deployments and changing the state of runs where jobs are started and cancelled from here',
  },
  settings: prefectSettings,
  assetSettings: z.strictObject({}),
  assetKind: 'table',
  startsJobs: () => true,
  cancelsJobs: true,
  limits: { atOnce: 4, perMinute: null },
  refuseAsset({ path }) {
    const why = whyNoDeployment(path)
    return why === null ? null : { at: [], problem: `"${path}" ${why}.`, remedy: 'Write <connection>/<flow>/<deployment>.' }
  },
  open: async (connection) => (await import('./prefect/open.ts')).openPrefect(connection),
})
