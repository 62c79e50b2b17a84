import { orNull } from '#lib/connectors/kit/answer.ts'
import type { Dated } from '#lib/connectors/kit/moment.ts'
import { type CancelledJobRun, NO_RUN, tellToStop, type UnwantedJobRun } from '#lib/connectors/kit/starting/cancelling.ts'
import type { TableauApi } from './api.ts'
import { isUnderWay } from './refresh-job.ts'
import { subjectOf } from './settings.ts'
import type { Job } from './shapes.ts'
import { ofTry } from './start-run.ts'

/** Cancels a refresh of an extract. Tableau keeps no key: one whose start was not answered is the one that was queued since. */
export async function cancelRefresh(api: TableauApi, path: string, unwanted: UnwantedJobRun): Promise<CancelledJobRun> {
  const job = await jobOf(api, path, unwanted)
  if (job === null) return NO_RUN
  const { id: externalId } = job
  if (!isUnderWay(job)) return { answer: 'over', externalId }
  const hasEnded = async () => {
    const now = await jobNamed(api, externalId)
    return now !== null && !isUnderWay(now)
  }
  return { answer: await tellToStop(() => api.cancel(externalId), hasEnded), externalId }
}

async function jobOf(api: TableauApi, path: string, { externalId, triedAt }: UnwantedJobRun): Promise<Dated<Job> | null> {
  if (externalId !== null) return jobNamed(api, externalId)
  const target = subjectOf(path)
  return target === null ? null : ((await ofTry(api, target, { triedAt })) ?? null)
}

const jobNamed = (api: TableauApi, id: string) => orNull(api.job({ id, endedAt: null }))
