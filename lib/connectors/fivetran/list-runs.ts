import { asKnown } from '#lib/connectors/kit/starting/as-known.ts'
import type { ExternalRun } from '#lib/domain/runs/external-run.ts'
import { CLOCK_SKEW_MAX_MS, type Instant } from '#lib/domain/time/instant.ts'
import { toInternalMessage } from '#lib/platform/errors.ts'
import type { Log } from '#lib/platform/log.ts'
import type { FivetranApi } from './api.ts'
import type { Connected } from './settings.ts'
import type { Sync } from './shapes.ts'
import { idOfNext, syncRuns } from './sync-run.ts'

/** The syncs of all connections, as far as Fivetran tells of them: it keeps no list, and says of each connection how it stands and when one ended last. */
export async function* listRuns({ clock, knownRuns, log }: Connected, api: FivetranApi, since: Instant): AsyncGenerator<ExternalRun> {
  const syncs = await readable(api, log)
  const next = [...syncs.values()].flatMap((sync) => (sync === null ? [] : idOfNext(sync)))
  const known = (await knownRuns?.(since - CLOCK_SKEW_MAX_MS, next)) ?? []
  const byJob = Map.groupBy(known, ({ job }) => job)
  for (const [id, sync] of syncs)
    yield* sync === null ? asKnown(known, id) : syncRuns(sync, byJob.get(id) ?? [], { since, now: clock.now() })
}

/** All connections by their ids; null: it is not as Fivetran writes it, of which is warned, and the look at it says why. */
async function readable(api: FivetranApi, log: Log): Promise<Map<string, Sync | null>> {
  const syncs = new Map<string, Sync | null>()
  for (const id of await api.ids()) {
    const sync = await api.sync(id).catch((error: unknown) => {
      log.warn('the syncs of a connection cannot be read', { connection: id, because: toInternalMessage(error) })
      return null
    })
    syncs.set(id, sync)
  }
  return syncs
}
