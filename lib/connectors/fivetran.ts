import { z } from 'zod'
import { type FivetranSettings, fivetranSettings, isConnectionId } from '#lib/connectors/fivetran/settings.ts'
import { defineConnector } from './kit/connector.ts'

/** Fivetran: a path is the id of one of its connections, and so is a job. */
export default defineConnector<FivetranSettings>({
  kind: 'fivetran',
  example: {
    settings: [
      { url: 'https://fivetran.example.edu/v1', apiKey: '${FIVETRAN_KEY}', apiSecret: '${FIVETRAN_SECRET}' },
      { url: 'https://fivetran.example.edu/v1', apiKey: '${FIVETRAN_KEY}', apiSecret: '${FIVETRAN_SECRET}', groups: ['projected_sickle'] },
    ],
    asset: { path: 'speak_inexpensive' },
    speaksTo: 'Fivetran, by its REST API',
    told: '`apiKey` and `apiSecret`; `groups` whose connections are looked at, by their ids, `url` https://api.fivetran.com/v1, `timeout` 1m',
    toldOfAsset: null,
    asked: null,
    evidence: [
      { reads: '`succeeded_at`, the end of the last sync of the connection that succeeded', clock: 'loadedAt', strength: 'strong' },
    ],
    permission:
      'reading connections (an API key of a role that may view them), and managing them where syncs are started from here; none can be cancelled',
  },
  settings: fivetranSettings,
  assetSettings: z.strictObject({}),
  assetKind: 'table',
  startsJobs: () => true,
  whyNoCancel: 'Fivetran can stop a sync only by pausing its connection, which would hold up all later ones, too.',
  limits: { atOnce: 2, perMinute: null },
  refuseAsset({ path }) {
    if (isConnectionId(path)) return null
    const remedy = 'Write <connection>/<id>, the id of a connection of Fivetran, such as speak_inexpensive.'
    return { at: [], problem: `"${path}" is no id of a connection of Fivetran.`, remedy }
  },
  open: async (connection) => (await import('./fivetran/open.ts')).openFivetran(connection),
})
