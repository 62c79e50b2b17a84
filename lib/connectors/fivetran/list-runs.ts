import type { ExternalRun } from '#lib/domain/runs/external-run.ts'
import { CLOCK_SKEW_MAX_MS, type Instant } from '#lib/domain/time/instant.ts'
import type { FivetranApi } from './api.ts'
import type { Connected } from './settings.ts'
import { idOfNext, syncRuns } from './sync-run.ts'

/** The syncs of all connections, as far as Fivetran tells of them: it keeps no list, and says of each connection how it stands and when one ended last. */
export async function* listRuns({ clock, knownRuns }: Connected, api: FivetranApi, since: Instant): AsyncGenerator<ExternalRun> {
  const syncs = await api.syncs()
  const known = (await knownRuns?.(since - CLOCK_SKEW_MAX_MS, syncs.map(idOfNext))) ?? []
  const byJob = Map.groupBy(known, ({ job }) => job)
  for (const sync of syncs) yield* syncRuns(sync, byJob.get(sync.id) ?? [], { since, now: clock.now() })
}
