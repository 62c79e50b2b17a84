import { orNull } from '#lib/connectors/kit/answer.ts'
import type { Dated } from '#lib/connectors/kit/moment.ts'
import { type CancelledJobRun, NO_RUN, onlyOf, tellToStop, type UnwantedJobRun } from '#lib/connectors/kit/starting/cancelling.ts'
import type { TableauApi } from './api.ts'
import { isOf, isUnderWay, listJobs, madeSince } from './refresh-job.ts'
import { subjectOf } from './settings.ts'
import type { Job } from './shapes.ts'

/** Cancels a refresh of an extract. Tableau keeps no key: one whose start was not answered is the one that was queued since. */
export async function cancelRefresh(api: TableauApi, path: string, unwanted: UnwantedJobRun): Promise<CancelledJobRun> {
  const job = await jobOf(api, path, unwanted)
  if (job === null) return NO_RUN
  const { id: externalId } = job
  const hasEnded = (one: Dated<Job>) => !isUnderWay(one)
  if (hasEnded(job)) return { answer: 'over', externalId }
  return tellToStop({ externalId, tell: () => api.cancel(externalId), look: () => jobNamed(api, externalId), hasEnded })
}

async function jobOf(api: TableauApi, path: string, { externalId, triedAt }: UnwantedJobRun): Promise<Dated<Job> | null> {
  if (externalId !== null) return jobNamed(api, externalId)
  const target = subjectOf(path)
  if (target === null || triedAt === null) return null
  const begun: Dated<Job>[] = []
  for await (const listed of listJobs(api, [madeSince(triedAt)])) {
    const job = await orNull(api.job(listed))
    if (job !== null && isOf(job, target)) begun.push(job)
  }
  return onlyOf(begun, { system: api.system, job: path, isOver: (one) => !isUnderWay(one) })
}

const jobNamed = (api: TableauApi, id: string) => orNull(api.job({ id, endedAt: null }))
