import type { ExternalRun } from '#lib/domain/runs/external-run.ts'
import type { RunState } from '#lib/domain/runs/run.ts'
import type { Job, Sync } from './shapes.ts'

/** One whose try has failed and that begins anew is incomplete. */
export const UNDER_WAY: Readonly<Record<string, RunState>> = {
  pending: 'scheduled',
  queued: 'scheduled',
  running: 'running',
  incomplete: 'running',
}
const ENDED: Readonly<Record<string, RunState>> = { succeeded: 'completed', failed: 'failed', cancelled: 'cancelled' }

export const isUnderWay = ({ status }: Job) => Object.hasOwn(UNDER_WAY, status)

/** A sync in our words; null: it is in a state nobody knows. */
export function externalRun(job: Job, { id, name }: Sync, url: string | null): ExternalRun | null {
  const ended = ENDED[job.status]
  const state = ended ?? UNDER_WAY[job.status]
  if (state === undefined) return null
  return {
    job: id,
    jobName: name,
    externalId: String(job.id),
    state,
    scheduledAt: null,
    startedAt: state === 'scheduled' ? null : job.startTime,
    endedAt: ended === undefined ? null : job.lastUpdatedAt,
    error: state === 'failed' ? 'Airbyte does not say why by its API; its page has the log.' : null,
    rows: ended === undefined ? null : (job.rowsSynced ?? null),
    url,
  }
}
