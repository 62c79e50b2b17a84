import { isNotShown } from '#lib/connectors/kit/answer.ts'
import { canBeTold } from '#lib/connectors/kit/moment.ts'
import type { ExternalRun } from '#lib/domain/runs/external-run.ts'
import { DAY_MS, type Instant } from '#lib/domain/time/instant.ts'
import type { TableauApi } from './api.ts'
import { externalRun, listJobs, madeSince, unendedJobs } from './refresh-job.ts'
import type { Connected } from './settings.ts'
import type { ListedJob } from './shapes.ts'

/** What ended since was queued no longer before that. */
const QUEUED_MS = DAY_MS

/** All refreshes that wait or go on, then those that ended since: one that ends in between is among these. What each refreshes is asked for alone. */
export async function* listRuns(connection: Connected, api: TableauApi, since: Instant): AsyncGenerator<ExternalRun> {
  for await (const listed of jobs(api, since)) {
    try {
      const job = await api.job(listed)
      const run = externalRun(job)
      if (run !== null && (await canBeTold(connection, job, run))) yield run
    } catch (error) {
      // Taken from its list since that was read.
      if (!isNotShown(error)) throw error
      connection.log.info('a job of Tableau could not be read', { job: listed.id, because: error.publicMessage })
    }
  }
}

async function* jobs(api: TableauApi, since: Instant): AsyncGenerator<ListedJob> {
  yield* unendedJobs(api)
  for await (const job of listJobs(api, [madeSince(since - QUEUED_MS)]))
    if (job.endedAt === null ? job.isUndated : job.endedAt >= since) yield job
}
