import { z } from 'zod'
import { FivetranApi } from '#lib/connectors/fivetran/api.ts'
import { listRuns } from '#lib/connectors/fivetran/list-runs.ts'
import { observeSyncs } from '#lib/connectors/fivetran/observe.ts'
import { type FivetranSettings, fivetranSettings, isConnectionId } from '#lib/connectors/fivetran/settings.ts'
import { startSync } from '#lib/connectors/fivetran/start-run.ts'
import { pageOf } from '#lib/connectors/fivetran/sync-run.ts'
import { counted } from '#lib/domain/wording/numbers.ts'
import { Readable } from './kit/answer.ts'
import { checked } from './kit/check.ts'
import { defineConnector, type Found } from './kit/connector.ts'

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

  open(connection) {
    const api = new FivetranApi(connection)
    return {
      check: () => checked(connection, () => enter(api)),
      async *discover() {
        const readable = new Readable()
        for (const one of await api.ids()) {
          const sync = await readable.read(() => api.sync(one))
          if (sync === undefined) continue
          const { id, schema, service, group_id: group } = sync
          const labels = { service, schema, group }
          const found: Found = {
            path: id,
            kind: 'table',
            name: schema,
            settings: {},
            upstream: [],
            policy: null,
            group: service,
            labels,
            job: id,
          }
          yield { ...found, url: pageOf(id), gaps: ['Fivetran does not tell here what its source is made from.'] }
        }
        readable.end()
      },
      observe: (assets) => observeSyncs(connection, api, assets),
      runs: (since) => listRuns(connection, api, since),
      start: (job, wanted) => startSync(connection, api, job, wanted),
      close: () => api.close(),
    }
  },
})

async function enter(api: FivetranApi): Promise<string> {
  const ids = await api.ids()
  const syncs = (await Promise.all(ids.map((id) => api.sync(id).catch(() => [])))).flat()
  const among = (what: string, many: number) => (many === 0 ? '' : `, ${many} ${what}`)
  const paused = among('paused', syncs.filter((one) => one.paused === true).length)
  const broken = among('broken', syncs.filter((one) => one.status.setup_state === 'broken').length)
  return `Fivetran lets us in; it has ${counted(ids.length, 'connection')}${paused}${broken}${among('not readable', ids.length - syncs.length)}.`
}
