import { type CancelledJobRun, NO_RUN, onlyOf, tellToStop, type UnwantedJobRun } from '#lib/connectors/kit/starting/cancelling.ts'
import type { RuntimesApi } from './api.ts'
import { isEnded } from './pipeline-run.ts'
import { ofTry } from './start-run.ts'

/** Stops a run of a pipeline. SnapLogic takes no key: one whose task did not answer is the one that a task has begun since. */
export async function stopRun(api: RuntimesApi, job: string, unwanted: UnwantedJobRun): Promise<CancelledJobRun> {
  const externalId = unwanted.externalId ?? (await begunBy(api, job, unwanted))
  const state = externalId === null ? null : await api.state(externalId)
  if (externalId === null || state === null) return NO_RUN
  if (isEnded({ state })) return { answer: 'over', externalId }
  if (state === 'Stopping') return { answer: 'told', externalId }
  const hasEnded = (now: string) => isEnded({ state: now })
  return tellToStop({ externalId, tell: () => api.stop(externalId), look: () => api.state(externalId), hasEnded })
}

async function begunBy(api: RuntimesApi, job: string, unwanted: UnwantedJobRun): Promise<string | null> {
  return onlyOf(await ofTry(api, job, unwanted), { system: api.system, job, isOver: isEnded })?.id ?? null
}
