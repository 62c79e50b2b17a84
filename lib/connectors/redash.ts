import { z } from 'zod'
import { type RedashSettings, redashSettings, subjectOf } from '#lib/connectors/redash/settings.ts'
import { defineConnector } from './kit/connector.ts'

/** Redash: an asset is a dashboard or a query of it. */
export default defineConnector<RedashSettings>({
  kind: 'redash',
  example: {
    settings: [{ url: 'https://redash.example.edu', apiKey: '${REDASH_KEY}' }],
    asset: { path: 'dashboards/12' },
    speaksTo: 'Redash, by its API',
    told: '`url`, with the name of the organisation where there are several, and `apiKey` of a user; `namespaces` what its data sources are called in `identity`, `timeout` 1m',
    toldOfAsset: null,
    asked: null,
    evidence: [
      {
        reads: '`retrieved_at` of a query, when its result was made; of a dashboard the oldest of what it shows',
        clock: 'loadedAt',
        strength: 'strong',
      },
      { reads: 'the same of a query with parameters, whose other results are not told', clock: 'loadedAt', strength: 'weak' },
    ],
    permission:
      'the API key of a user who may see the dashboards, their queries and data sources, and run queries where refreshes are started and cancelled from here',
  },
  settings: redashSettings,
  assetSettings: z.strictObject({}),
  assetKind: 'consumer',
  startsJobs: () => true,
  cancelsJobs: true,
  limits: { atOnce: 4, perMinute: null },
  refuseAsset({ path }) {
    if (subjectOf(path) !== null) return null
    const remedy = 'Write <connection>/dashboards/<id> or <connection>/queries/<id>, with the number in the address of its page.'
    return { at: [], problem: `"${path}" is no dashboard or query of Redash.`, remedy }
  },
  open: async (connection) => (await import('./redash/open.ts')).openRedash(connection),
})
