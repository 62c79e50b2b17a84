import { z } from 'zod'
import { type AirbyteSettings, airbyteSettings, isConnectionId } from '#lib/connectors/airbyte/settings.ts'
import { defineConnector } from './kit/connector.ts'

/** Airbyte: a path is the id of one of its connections, and so is a job. */
export default defineConnector<AirbyteSettings>({
  kind: 'airbyte',
  example: {
    settings: [
      { url: 'https://airbyte.example.edu/api/public/v1', clientId: '${AIRBYTE_CLIENT_ID}', clientSecret: '${AIRBYTE_CLIENT_SECRET}' },
      { url: 'http://airbyte.example.edu:8000/api/public/v1', user: 'tidemark', password: '${AIRBYTE_PASSWORD}' },
    ],
    asset: { path: '9924bcd0-99be-453d-ba47-c2c9766f7da5' },
    speaksTo: 'Airbyte, its Cloud or one run by oneself',
    told: '`clientId` and `clientSecret` of an application, or `user` and `password`; `url` of its API https://api.airbyte.com/v1, `workspaces` whose connections are looked at, by their ids, `timeout` 1m',
    toldOfAsset: null,
    asked: null,
    evidence: [
      {
        reads: 'the end of the last sync or refresh of the connection that succeeded; nothing where a clear or reset came after it',
        clock: 'loadedAt',
        strength: 'strong',
      },
    ],
    permission:
      'reading connections and jobs (a reader of the workspace), and running syncs where they are started and cancelled from here (a runner)',
  },
  settings: airbyteSettings,
  assetSettings: z.strictObject({}),
  assetKind: 'table',
  startsJobs: () => true,
  cancelsJobs: true,
  limits: { atOnce: 4, perMinute: null },
  refuseAsset({ path }) {
    if (isConnectionId(path)) return null
    const remedy = 'Write <connection>/<id>, the id of a connection of Airbyte: it stands in the address of its page.'
    return { at: [], problem: `"${path}" is no id of a connection of Airbyte.`, remedy }
  },
  open: async (connection) => (await import('./airbyte/open.ts')).openAirbyte(connection),
})
