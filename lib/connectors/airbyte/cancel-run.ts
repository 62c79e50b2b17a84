import { type CancelledJobRun, NO_RUN, onlyOf, tellToStop, type UnwantedJobRun } from '#lib/connectors/kit/starting/cancelling.ts'
import type { AirbyteApi } from './api.ts'
import { isConnectionId } from './settings.ts'
import type { Job } from './shapes.ts'
import { isOfTry, newestOf } from './start-run.ts'
import { isUnderWay } from './sync-run.ts'

/** Cancels a sync. Airbyte keeps no key: one whose start was not answered is the one that began since. */
export async function cancelSync(api: AirbyteApi, id: string, unwanted: UnwantedJobRun): Promise<CancelledJobRun> {
  const job = await jobOf(api, id, unwanted)
  if (job === null) return NO_RUN
  const externalId = String(job.id)
  const hasEnded = (one: Job) => !isUnderWay(one)
  if (hasEnded(job)) return { answer: 'over', externalId }
  return tellToStop({ externalId, tell: () => api.cancel(job), look: () => api.job(job.id), hasEnded })
}

async function jobOf(api: AirbyteApi, id: string, unwanted: UnwantedJobRun): Promise<Job | null> {
  if (unwanted.externalId !== null) return api.job(Number(unwanted.externalId))
  if (!isConnectionId(id)) return null
  const begun = (await newestOf(api, await api.sync(id))).filter((one) => isOfTry(one, unwanted))
  return onlyOf(begun, { system: api.system, job: id, isOver: (one) => !isUnderWay(one) })
}
