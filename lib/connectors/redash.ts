import { z } from 'zod'
import { RedashApi } from '#lib/connectors/redash/api.ts'
import { cancelRefresh } from '#lib/connectors/redash/cancel-run.ts'
import { discoverRedash } from '#lib/connectors/redash/discover.ts'
import { observeResults } from '#lib/connectors/redash/observe.ts'
import { followRefreshes } from '#lib/connectors/redash/refresh-run.ts'
import { type RedashSettings, redashSettings, subjectOf } from '#lib/connectors/redash/settings.ts'
import { startRefresh } from '#lib/connectors/redash/start-run.ts'
import { checked } from './kit/check.ts'
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

  open(connection) {
    const api = new RedashApi(connection)
    return {
      check: () =>
        checked(connection, async () => {
          const name = await api.account()
          const { length } = await api.queryIds()
          return `Redash lets us in${name === null ? '' : ` as ${name}`}; it shows ${length === 1 ? '1 query' : `${length} queries`}.`
        }),
      discover: () => discoverRedash(connection, api),
      observe: (assets) => observeResults(connection, api, assets),
      runs: () => followRefreshes(connection, api),
      start: (job, wanted) => startRefresh(connection, api, job, wanted),
      cancel: (job, unwanted) => cancelRefresh(api, job, unwanted),
      close: () => api.close(),
    }
  },
})
