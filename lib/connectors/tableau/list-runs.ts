import { isNotShown } from '#lib/connectors/kit/answer.ts'
import { type Dated, dated } from '#lib/connectors/kit/moment.ts'
import type { ExternalRun } from '#lib/domain/runs/external-run.ts'
import { DAY_MS, type Instant } from '#lib/domain/time/instant.ts'
import type { TableauApi } from './api.ts'
import { externalRun, listJobs, madeSince, unendedJobs } from './refresh-job.ts'
import type { Connected } from './settings.ts'
import type { Job, ListedJob } from './shapes.ts'

/** What ended since was queued no longer before that. */
const QUEUED_MS = DAY_MS

/** All refreshes that wait or go on, then those that ended since: one that ends in between is among these. */
export async function* listRuns({ log }: Connected, api: TableauApi, since: Instant): AsyncGenerator<ExternalRun> {
  const listed = dated(listedSince(api, since), api.system, log)
  for await (const job of dated(each(api, listed, log), api.system, log)) {
    const run = externalRun(job)
    if (run !== null) yield run
  }
}

async function* listedSince(api: TableauApi, since: Instant): AsyncGenerator<Dated<ListedJob>> {
  yield* unendedJobs(api)
  for await (const job of listJobs(api, [madeSince(since - QUEUED_MS)]))
    if (job.isUndated || (job.endedAt !== null && job.endedAt >= since)) yield job
}

/** What each refreshes is asked for alone. */
async function* each(api: TableauApi, listed: AsyncIterable<ListedJob>, log: Connected['log']): AsyncGenerator<Dated<Job>> {
  for await (const { id, endedAt } of listed) {
    try {
      yield await api.job({ id, endedAt })
    } catch (error) {
      // Taken from its list since that was read.
      if (!isNotShown(error)) throw error
      log.info('a job of Tableau could not be read', { job: id, because: error.publicMessage })
    }
  }
}
