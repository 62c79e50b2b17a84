import { Readable } from '#lib/connectors/kit/answer.ts'
import { checked } from '#lib/connectors/kit/check.ts'
import type { Connection, Found, Session } from '#lib/connectors/kit/connector.ts'
import { counted } from '#lib/domain/wording/numbers.ts'
import { FivetranApi } from './api.ts'
import { listRuns } from './list-runs.ts'
import { observeSyncs } from './observe.ts'
import type { FivetranSettings } from './settings.ts'
import { startSync } from './start-run.ts'
import { pageOf } from './sync-run.ts'

/** A session of `fivetran`, with all that it asks by. */
export function openFivetran(connection: Connection<FivetranSettings>): Session {
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
}

async function enter(api: FivetranApi): Promise<string> {
  const ids = await api.ids()
  const syncs = (await Promise.all(ids.map((id) => api.sync(id).catch(() => [])))).flat()
  const among = (what: string, many: number) => (many === 0 ? '' : `, ${many} ${what}`)
  const paused = among('paused', syncs.filter((one) => one.paused === true).length)
  const broken = among('broken', syncs.filter((one) => one.status.setup_state === 'broken').length)
  return `Fivetran lets us in; it has ${counted(ids.length, 'connection')}${paused}${broken}${among('not readable', ids.length - syncs.length)}.`
}
