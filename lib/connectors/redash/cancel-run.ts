import { type CancelledJobRun, NO_RUN, type UnwantedJobRun } from '#lib/connectors/kit/starting/cancelling.ts'
import { isOver } from '#lib/domain/runs/external-run.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import type { RedashApi } from './api.ts'
import { isToldToStop, ownIdOf, stateOf } from './refresh-run.ts'

/** Cancels a refresh. Redash keeps neither a key nor a list: one that nobody heard of cannot be asked for without beginning another. */
export async function cancelRefresh(api: RedashApi, job: string, { externalId, triedAt }: UnwantedJobRun): Promise<CancelledJobRun> {
  if (externalId === null && triedAt === null) return NO_RUN
  if (externalId === null) throw unheard(api, job)
  const own = ownIdOf({ job, externalId })
  if (own === null) return { answer: 'over', externalId }
  const refresh = await api.job(own)
  if (refresh === undefined) return NO_RUN
  if (isOver(stateOf(refresh))) return { answer: 'over', externalId }
  if (!isToldToStop(refresh)) await api.cancel(own)
  return { answer: 'told', externalId }
}

function unheard({ system }: RedashApi, job: string): TidemarkError {
  const publicMessage = `${system} may have begun a refresh of ${job} without saying which: it keeps no list of them, so it can be cancelled there alone.`
  return new TidemarkError('invalid', { publicMessage })
}
