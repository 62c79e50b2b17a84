import type { Observation, ObservedAsset } from '#lib/connectors/kit/connector.ts'
import { type Probe, probeEach } from '#lib/connectors/kit/probe.ts'
import { type Instant, isFuture } from '#lib/domain/time/instant.ts'
import type { AirbyteApi } from './api.ts'
import type { Connected } from './settings.ts'
import type { Job, Sync } from './shapes.ts'

const AT_ONCE = 4
const PAGE = 20
/** So many jobs that do not fit are passed over: a server that heeds no filter gives them all. */
const PASSED_MAX = 200

/** Looks when a sync of each connection last succeeded. */
export async function* observeSyncs(connection: Connected, api: AirbyteApi, assets: readonly ObservedAsset[]): AsyncGenerator<Observation> {
  const syncs = await api.syncs()
  yield* probeEach(connection, assets, ({ path }) => probe(api, path, syncs.get(path), connection.clock.now()), AT_ONCE)
}

async function probe(api: AirbyteApi, path: string, sync: Sync | undefined, now: Instant): Promise<Probe> {
  if (sync === undefined) throw api.noSync(path)
  const last = await lastLoad(api, sync)
  const at = last?.lastUpdatedAt ?? null
  return {
    readings: at === null ? [] : [{ clock: 'loadedAt', at, precision: 'instant' }],
    rows: null,
    evidence: { method: 'run', strength: 'strong', detail: `The end of the last sync of ${sync.name} that succeeded.` },
    state: null,
    warnings: [
      ...(sync.status === 'active' ? [] : [`It is ${sync.status} in Airbyte: no sync begins.`]),
      ...(at !== null && isFuture(at, now) ? ['The time lies in the future; it is kept, but not judged.'] : []),
    ],
    ...(at === null && { untold: `${api.system} knows no sync of ${sync.name} that succeeded.` }),
  }
}

async function lastLoad(api: AirbyteApi, { id }: Sync): Promise<Job | undefined> {
  let passed = 0
  for await (const job of api.jobs({ connectionId: id, status: 'succeeded', orderBy: 'updatedAt|DESC' }, PAGE)) {
    if (job.connectionId === id && job.status === 'succeeded' && job.lastUpdatedAt !== null) return job
    if (++passed >= PASSED_MAX) return undefined
  }
  return undefined
}
