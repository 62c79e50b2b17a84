import { checked } from '#lib/connectors/kit/check.ts'
import type { Connection, Found, Session } from '#lib/connectors/kit/connector.ts'
import { counted } from '#lib/domain/wording/numbers.ts'
import { AirbyteApi } from './api.ts'
import { cancelSync } from './cancel-run.ts'
import { listRuns } from './list-runs.ts'
import { observeSyncs } from './observe.ts'
import type { AirbyteSettings } from './settings.ts'
import { startSync } from './start-run.ts'

const STREAMS_NAMED = 20

/** A session of `airbyte`, with all that it asks by. */
export function openAirbyte(connection: Connection<AirbyteSettings>): Session {
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
}

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
