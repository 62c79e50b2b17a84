import { canBeTold, type Dated } from '#lib/connectors/kit/moment.ts'
import type { ExternalRun } from '#lib/domain/runs/external-run.ts'
import { type Instant, MINUTE_MS } from '#lib/domain/time/instant.ts'
import type { AirbyteApi } from './api.ts'
import type { Connected } from './settings.ts'
import { EMPTYING, type Job, type JobType, LOADING } from './shapes.ts'
import { externalRun, isUnderWay, UNDER_WAY } from './sync-run.ts'

/** All syncs and refreshes that wait or go on, which need not have moved for long, and those that moved since; and what emptied since. */
export async function* listRuns(connection: Connected, api: AirbyteApi, since: Instant): AsyncGenerator<ExternalRun> {
  const syncs = await api.syncs()
  const told = new Map<number, string>()
  for await (const job of jobs(api, since)) {
    const sync = syncs.get(job.connectionId)
    const run = sync === undefined ? null : externalRun(job, sync, api.pageOf(sync))
    // One that moves while it is looked for is told again as what it has become.
    if (run === null || told.get(job.id) === job.status) continue
    told.set(job.id, job.status)
    if (await canBeTold(connection, job, run)) yield run
  }
}

/** Each list in the order in which they were made, which no move of one changes. What ends meanwhile has moved since, and is in the last one. */
async function* jobs(api: AirbyteApi, since: Instant): AsyncGenerator<Dated<Job>> {
  const orderBy = 'createdAt|ASC'
  const updatedAtStart = new Date(since - MINUTE_MS).toISOString()
  for (const type of LOADING) {
    yield* underWay(api, type, orderBy)
    yield* api.jobs(type, { updatedAtStart, orderBy })
  }
  for (const type of EMPTYING)
    for await (const job of api.jobs(type, { status: 'succeeded', updatedAtStart, orderBy })) if (job.status === 'succeeded') yield job
}

async function* underWay(api: AirbyteApi, type: JobType, orderBy: string): AsyncGenerator<Dated<Job>> {
  for (const status of Object.keys(UNDER_WAY)) for await (const job of api.jobs(type, { status, orderBy })) if (isUnderWay(job)) yield job
}
