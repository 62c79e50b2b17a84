import { canBeTold } from '#lib/connectors/kit/moment.ts'
import { type ExternalRun, jobKey } from '#lib/domain/runs/external-run.ts'
import type { RunState } from '#lib/domain/runs/run.ts'
import { DAY_MS, type Instant } from '#lib/domain/time/instant.ts'
import type { AdfApi } from './api.ts'
import { type Connected, MANAGEMENT } from './settings.ts'
import type { PipelineRun } from './shapes.ts'

const STATES: Readonly<Record<string, RunState>> = {
  Queued: 'scheduled',
  InProgress: 'running',
  Canceling: 'running',
  Succeeded: 'completed',
  Failed: 'failed',
  Cancelled: 'cancelled',
}
export const UNENDED = ['Queued', 'InProgress', 'Canceling']
export const ENDED = ['Succeeded', 'Failed', 'Cancelled']

/** One that moved last before then has ended: no activity may take longer. */
export const LONGEST_MS = 7 * DAY_MS

/** A run of a pipeline in our words; null: it is of none, or in a state nobody knows. */
export function externalRun(
  { settings, key }: Pick<Connected, 'settings' | 'key'>,
  api: Pick<AdfApi, 'resource'>,
  run: PipelineRun,
): ExternalRun | null {
  const state = STATES[run.status ?? '']
  if (state === undefined || run.pipelineName == null) return null
  const { pipelineName: caller, pipelineRunId: callerId } = run.invokedBy ?? {}
  return {
    job: run.pipelineName,
    externalId: run.runId,
    state,
    scheduledAt: null,
    startedAt: state === 'scheduled' ? null : run.runStart,
    endedAt: ENDED.includes(run.status ?? '') ? run.runEnd : null,
    error: state === 'failed' ? run.message || 'Azure does not say why.' : null,
    rows: null,
    // Clouds of their own have their studio elsewhere.
    url:
      settings.url === MANAGEMENT
        ? `https://adf.azure.com/en/monitoring/pipelineruns/${run.runId}?factory=${encodeURIComponent(api.resource)}`
        : null,
    ...(caller && callerId && { parent: { job: jobKey(key, caller), externalId: callerId } }),
  }
}

/** All runs that go on, then those that ended since: one that ends in between is among these. */
export async function* listRuns(connection: Connected, api: AdfApi, since: Instant): AsyncGenerator<ExternalRun> {
  const questions = [
    { since: connection.clock.now() - LONGEST_MS, status: UNENDED, order: 'RunStart' },
    { since, status: ENDED, order: 'RunEnd' },
  ] as const
  for (const question of questions) {
    for await (const run of api.runs(question)) {
      const told = externalRun(connection, api, run)
      if (told !== null && (await canBeTold(connection, run, told))) yield told
    }
  }
}
