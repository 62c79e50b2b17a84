import type { Observation, ObservedAsset } from '#lib/connectors/kit/connector.ts'
import { lastLoaded, type Probe, probeEach } from '#lib/connectors/kit/probe.ts'
import type { AirbyteApi } from './api.ts'
import type { Connected } from './settings.ts'
import { EMPTYING, type Job, type JobType, type Sync } from './shapes.ts'
import { whatIsGone } from './sync-run.ts'

const AT_ONCE = 4
const PAGE = 20
/** So many jobs that do not fit are passed over: a server that heeds no filter gives them all. */
const PASSED_MAX = 200

/** Looks when a sync of each connection last succeeded. */
export async function* observeSyncs(connection: Connected, api: AirbyteApi, assets: readonly ObservedAsset[]): AsyncGenerator<Observation> {
  const syncs = await api.syncs()
  yield* probeEach(connection, assets, ({ path }) => probe(api, path, syncs.get(path)), AT_ONCE)
}

async function probe(api: AirbyteApi, path: string, sync: Sync | undefined): Promise<Probe> {
  if (sync === undefined) throw api.noSync(path)
  const last = await lastLoad(api, sync)
  const emptied = await lastOf(api, EMPTYING, sync)
  if (emptied !== undefined && emptied.id > (last?.id ?? 0)) return isGone(sync, emptied)
  const detail = `The end of the last ${last?.jobType ?? 'sync'} of ${sync.name} that succeeded.`
  const untold = `${api.system} knows no sync of ${sync.name} that succeeded.`
  return lastLoaded(last?.lastUpdatedAt ?? null, { method: 'run', strength: 'strong', detail }, untold, whyNoneBegins(sync))
}

const whyNoneBegins = ({ status }: Sync) => (status === 'active' ? [] : [`It is ${status} in Airbyte: no sync begins.`])

/** What was loaded is there no more, whenever that was. */
function isGone(sync: Sync, emptied: Job): Probe {
  const detail = whatIsGone(emptied, sync.name)
  return {
    readings: [{ clock: 'loadedAt', at: null, precision: 'instant', isEmptied: true }],
    rows: null,
    evidence: { method: 'run', strength: 'strong', detail },
    state: null,
    warnings: [`${detail} Nothing has loaded it since.`, ...whyNoneBegins(sync)],
  }
}

/** The later of the last sync and the last refresh, as they were made: jobs of a connection run one after the other. */
async function lastLoad(api: AirbyteApi, sync: Sync): Promise<Job | undefined> {
  const refreshed = await lastOf(api, ['refresh'], sync)
  const synced = await lastAlone(api, 'sync', sync)
  return refreshed !== undefined && refreshed.lastUpdatedAt !== null && refreshed.id > (synced?.id ?? 0) ? refreshed : synced
}

/** The last job of these types, by the newest of all connections; where there are more of a type, by those of this one. */
async function lastOf(api: AirbyteApi, types: readonly JobType[], sync: Sync): Promise<Job | undefined> {
  let found: Job | undefined
  for (const type of types) {
    const { last, isWhole } = await api.newest(type)
    const job = last.get(sync.id) ?? (isWhole ? undefined : await lastAlone(api, type, sync))
    if (job !== undefined && job.id > (found?.id ?? 0)) found = job
  }
  return found
}

async function lastAlone(api: AirbyteApi, type: JobType, { id }: Sync): Promise<Job | undefined> {
  let passed = 0
  for await (const job of api.jobs(type, { connectionId: id, status: 'succeeded', orderBy: 'updatedAt|DESC' }, PAGE)) {
    if (job.connectionId === id && job.status === 'succeeded' && job.lastUpdatedAt !== null) return job
    if (++passed >= PASSED_MAX) return undefined
  }
  return undefined
}
