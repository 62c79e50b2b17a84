import { type CancelledJobRun, NO_RUN, tellToStop, type UnwantedJobRun } from '#lib/connectors/kit/starting/cancelling.ts'
import type { AdfApi } from './api.ts'
import { ENDED } from './pipeline-run.ts'
import type { Connected } from './settings.ts'
import type { PipelineRun } from './shapes.ts'
import { withKey } from './start-run.ts'

/** Cancels a run of a pipeline with all that it began. Azure refuses to cancel what has ended, also where it ended just now. */
export async function cancelRun(connection: Connected, api: AdfApi, job: string, unwanted: UnwantedJobRun): Promise<CancelledJobRun> {
  const { externalId, key } = unwanted
  const run = externalId === null ? ((await withKey(connection, api, job, key)) ?? null) : await api.run(externalId)
  if (run === null) return NO_RUN
  const answer = hasEnded(run) ? 'over' : await tell(api, run)
  return { answer, externalId: run.runId }
}

const hasEnded = ({ status }: PipelineRun) => ENDED.includes(status ?? '')

async function tell(api: AdfApi, { runId, status }: PipelineRun): Promise<'told' | 'over'> {
  if (status === 'Canceling') return 'told'
  return tellToStop(
    () => api.cancel(runId),
    async () => {
      const now = await api.run(runId)
      return now !== null && hasEnded(now)
    },
  )
}
