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
  const known = (await knownRuns?.(since - CLOCK_SKEW_MAX_MS, syncs.map(idOfNext))) ?? []
  const byJob = Map.groupBy(known, ({ job }) => job)
  for (const sync of syncs) yield* syncRuns(sync, byJob.get(sync.id) ?? [], { since, now: clock.now() })
}

/** A connection that is not as Fivetran writes it is left out, with a warning: the look at it says why. */
async function readable(api: FivetranApi, log: Log): Promise<Sync[]> {
  const syncs: Sync[] = []
  for (const id of await api.ids()) {
    try {
      syncs.push(await api.sync(id))
    } catch (error) {
      log.warn('the syncs of a connection are left out', { connection: id, because: toInternalMessage(error) })
    }
  }
  return syncs
}
