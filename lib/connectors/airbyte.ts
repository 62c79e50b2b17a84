import { z } from 'zod'
import { AirbyteApi } from '#lib/connectors/airbyte/api.ts'
import { cancelSync } from '#lib/connectors/airbyte/cancel-run.ts'
import { listRuns } from '#lib/connectors/airbyte/list-runs.ts'
import { observeSyncs } from '#lib/connectors/airbyte/observe.ts'
import { type AirbyteSettings, airbyteSettings, isConnectionId } from '#lib/connectors/airbyte/settings.ts'
import { startSync } from '#lib/connectors/airbyte/start-run.ts'
import { counted } from '#lib/domain/wording/numbers.ts'
import { checked } from './kit/check.ts'
import { defineConnector, type Found } from './kit/connector.ts'

const STREAMS_NAMED = 20

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

  open(connection) {
    const api = new AirbyteApi(connection)
    return {
      check: () => checked(connection, () => enter(api)),
      discover: () => discover(api),
      observe: (assets) => observeSyncs(connection, api, assets),
      runs: (since) => listRuns(connection, api, since),
      start: (job, wanted) => startSync(connection, api, job, wanted),
      cancel: (job, unwanted) => cancelSync(api, job, unwanted),
      close: () => api.close(),
    }
  },
})

async function* discover(api: AirbyteApi): AsyncGenerator<Found> {
  for (const sync of (await api.syncs()).values()) {
    const { id, name, workspaceId, streams } = sync
    const named = streams.slice(0, STREAMS_NAMED).join(', ')
    const more = streams.length > STREAMS_NAMED ? ` and ${streams.length - STREAMS_NAMED} more` : ''
    const found: Found = { path: id, kind: 'table', name, settings: {}, upstream: [], policy: null, group: workspaceId, job: id }
    yield {
      ...found,
      description: streams.length === 0 ? null : `Streams: ${named}${more}.`,
      url: api.pageOf(sync),
      labels: { name, workspace: workspaceId },
      gaps: ['Airbyte does not tell here what its source is made from.'],
    }
  }
}

async function enter(api: AirbyteApi): Promise<string> {
  const syncs = [...(await api.syncs()).values()]
  const idle = syncs.filter(({ status }) => status !== 'active').length
  return `Airbyte lets us in; it has ${counted(syncs.length, 'connection')}${idle === 0 ? '' : `, ${idle} of them not active`}.`
}
