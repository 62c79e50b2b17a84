import { type CancelledJobRun, NO_RUN, tellToStop, type UnwantedJobRun } from '#lib/connectors/kit/starting/cancelling.ts'
import type { AdfApi } from './api.ts'
import { ENDED } from './pipeline-run.ts'
import type { Connected } from './settings.ts'
import type { PipelineRun } from './shapes.ts'
import { withKey } from './start-run.ts'

/** Cancels a run of a pipeline with all that it began. Azure refuses to cancel what has ended, also where it ended just now. */
export async function cancelRun(connection: Connected, api: AdfApi, job: string, unwanted: UnwantedJobRun): Promise<CancelledJobRun> {
  const { externalId: known, key } = unwanted
  const run = known === null ? ((await withKey(connection, api, job, key)) ?? null) : await api.run(known)
  if (run === null) return NO_RUN
  const { runId: externalId, status } = run
  if (hasEnded(run)) return { answer: 'over', externalId }
  if (status === 'Canceling') return { answer: 'told', externalId }
  return tellToStop({ externalId, tell: () => api.cancel(externalId), look: () => api.run(externalId), hasEnded })
}

const hasEnded = ({ status }: PipelineRun) => ENDED.includes(status ?? '')
