import { refusedAnswer } from '#lib/connectors/kit/answer.ts'
import { type CancelledJobRun, NO_RUN, type UnwantedJobRun } from '#lib/connectors/kit/starting/cancelling.ts'
import type { PrefectApi } from './api.ts'
import { ENDED } from './flow-run.ts'
import type { FlowRun } from './shapes.ts'
import { keyOf, withKey } from './start-run.ts'

/** Cancels a run of a deployment: whoever works at it is told to stop, and Prefect says then how it ended. */
export async function cancelRun(api: PrefectApi, job: string, unwanted: UnwantedJobRun): Promise<CancelledJobRun> {
  const run = await runOf(api, job, unwanted)
  if (run === null) return NO_RUN
  if (ENDED.includes(run.state_type ?? '')) return { answer: 'over', externalId: run.id }
  const state = run.state_type === 'CANCELLING' ? run.state_type : await api.cancel(run)
  if (state === 'CANCELLING' || state === 'CANCELLED') return { answer: 'told', externalId: run.id }
  // It ended while it was asked.
  if (ENDED.includes(state)) return { answer: 'over', externalId: run.id }
  throw refusedAnswer(api.system, `its run ${run.id} is ${state} after it was to be cancelled`)
}

async function runOf(api: PrefectApi, job: string, { externalId, key }: UnwantedJobRun): Promise<FlowRun | null> {
  return externalId === null ? ((await withKey(api, await api.deployment(job), keyOf(key))) ?? null) : api.run(externalId)
}
