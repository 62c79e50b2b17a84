import { z } from 'zod'
import { type RuntimesSettings, runtimesSettings, whyNoPipeline } from '#lib/connectors/snaplogic-runtimes/settings.ts'
import { defineConnector } from './kit/connector.ts'

const ORG = { org: 'RIVERSIDE', url: 'https://elastic.example.edu' }
const FEED = 'https://elastic.example.edu/api/1/rest/slsched/feed/RIVERSIDE/projects/Admin/Nightly%20prices'

/** The runs of an organisation's pipelines in SnapLogic: a path is a pipeline, `<space>/<project>/<pipeline>`, and so is a job. One task as a source is `snaplogic`. */
export default defineConnector<RuntimesSettings>({
  kind: 'snaplogic-runtimes',
  example: {
    settings: [
      { ...ORG, user: 'tidemark@riverside.example', password: '${SNAPLOGIC_PASSWORD}' },
      { ...ORG, token: '${SNAPLOGIC_JWT}', tasks: { 'projects/Admin/load_prices': { url: FEED, token: '${PRICES_TOKEN}' } } },
    ],
    asset: { path: 'projects/Admin/load_prices' },
    speaksTo: 'the runs of the pipelines of a SnapLogic organisation, by its public API',
    told: '`org`, and `user` with `password` or a `token` (JWT); `projects` whose pipelines are looked at, `invokers` scheduled, triggered, manual, `tasks` by which pipelines are started: `{ url, token }` of a triggered task each, `url` https://elastic.snaplogic.com, `timeout` 1m',
    toldOfAsset: null,
    asked: null,
    evidence: [
      {
        reads: 'the end of the last run of the pipeline that completed without a document in an error view',
        clock: 'loadedAt',
        strength: 'strong',
      },
    ],
    permission:
      'read access to the projects; where pipelines are started from here the token of a triggered task each, and to cancel their runs write access to their projects',
  },
  settings: runtimesSettings,
  assetSettings: z.strictObject({}),
  assetKind: 'table',
  startsJobs: ({ tasks }) => typeof tasks === 'object' && tasks !== null && Object.keys(tasks).length > 0,
  cancelsJobs: true,
  limits: { atOnce: 4, perMinute: null },
  refuseAsset({ path }) {
    const why = whyNoPipeline(path)
    return why === null ? null : { at: [], problem: `"${path}" ${why}.`, remedy: 'Write <connection>/<space>/<project>/<pipeline>.' }
  },
  open: async (connection) => (await import('./snaplogic-runtimes/open.ts')).openRuntimes(connection),
})
