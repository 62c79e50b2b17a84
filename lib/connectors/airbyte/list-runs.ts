import type { ExternalRun } from '#lib/domain/runs/external-run.ts'
import { type Instant, MINUTE_MS } from '#lib/domain/time/instant.ts'
import type { AirbyteApi } from './api.ts'
import { externalRun } from './sync-run.ts'

/** All syncs of connections that moved since: one that goes on has moved since it began. In the order in which they were made, which no move of one changes. */
export async function* listRuns(api: AirbyteApi, since: Instant): AsyncGenerator<ExternalRun> {
  const syncs = await api.syncs()
  const updatedAtStart = new Date(since - MINUTE_MS).toISOString()
  for await (const job of api.jobs({ updatedAtStart, orderBy: 'createdAt|ASC' })) {
    const sync = syncs.get(job.connectionId)
    const told = sync === undefined ? null : externalRun(job, sync, api.pageOf(sync))
    if (told !== null) yield told
  }
}
