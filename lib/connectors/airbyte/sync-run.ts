import type { ExternalRun } from '#lib/domain/runs/external-run.ts'
import type { RunState } from '#lib/domain/runs/run.ts'
import { EMPTYING, type Job, type Sync } from './shapes.ts'

/** One whose try has failed and that begins anew is incomplete. */
export const UNDER_WAY: Readonly<Record<string, RunState>> = {
  pending: 'scheduled',
  queued: 'scheduled',
  running: 'running',
  incomplete: 'running',
}
const ENDED: Readonly<Record<string, RunState>> = { succeeded: 'completed', failed: 'failed', cancelled: 'cancelled' }

/** Whether it takes away what was loaded. */
export const isEmptying = ({ jobType }: Job) => EMPTYING.some((type) => type === jobType)

export const isUnderWay = ({ status }: Job) => Object.hasOwn(UNDER_WAY, status)

/** A job in our words; null: it is in a state nobody knows. */
export function externalRun(job: Job, { id, name }: Sync, url: string | null): ExternalRun | null {
  const ended = ENDED[job.status]
  const state = ended ?? UNDER_WAY[job.status]
  if (state === undefined) return null
  const emptied = isEmptying(job) ? { empties: true, writes: [], rows: null, error: whatIsGone(job, name) } : {}
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
    ...(job.jobType !== 'sync' && { jobType: job.jobType }),
    ...emptied,
  }
}

/** Airbyte does not tell of which streams. */
export function whatIsGone({ jobType, lastUpdatedAt: at }: Job, name: string): string {
  const when = at === null ? '' : ` at ${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`
  return `A ${jobType}${when} took away what ${name} had loaded, of all its streams or of some.`
}
