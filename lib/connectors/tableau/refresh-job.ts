import type { Dated } from '#lib/connectors/kit/moment.ts'
import type { ExternalRun } from '#lib/domain/runs/external-run.ts'
import type { RunState } from '#lib/domain/runs/run.ts'
import { type Instant, SECOND_MS } from '#lib/domain/time/instant.ts'
import type { TableauApi } from './api.ts'
import { pathOf, type Target } from './settings.ts'
import type { Job, ListedJob } from './shapes.ts'

/** Those that load an extract: the whole of it, or what came since; by itself or by a bridge. */
const TYPES = ['refresh_extracts', 'increment_extracts', 'refresh_extracts_via_bridge', 'increment_extracts_via_bridge']
const OF_EXTRACTS = `jobType:in:[${TYPES.join(',')}]`
const ENDS: Readonly<Record<number, RunState>> = { 0: 'completed', 1: 'failed', 2: 'cancelled', 3: 'completed' }
/** As the list calls them. */
const UNENDED = ['InProgress', 'Pending'] as const

/** Jobs of extracts that were made since and fit, as the list tells them. */
export async function* listJobs(api: TableauApi, filters: readonly string[]): AsyncGenerator<Dated<ListedJob>> {
  for await (const job of api.jobs([OF_EXTRACTS, ...filters])) if (job.jobType == null || TYPES.includes(job.jobType)) yield job
}

/** Those that wait or go on, however long. */
export async function* unendedJobs(api: TableauApi): AsyncGenerator<Dated<ListedJob>> {
  for (const status of UNENDED) {
    for await (const job of listJobs(api, [`status:eq:${status}`])) if (job.status === status) yield job
  }
}

/** That they were made at or after an instant, which Tableau keeps to the second. */
export function madeSince(at: Instant): string {
  return `createdAt:gte:${new Date(Math.floor(at / SECOND_MS) * SECOND_MS).toISOString().replace('.000Z', 'Z')}`
}

/** What a job refreshes; null: it does not say. */
export function targetOf({ extractRefreshJob: refreshed }: Job): (Target & { name: string | null }) | null {
  if (refreshed?.datasource != null) return { kind: 'datasources', id: refreshed.datasource.id, name: refreshed.datasource.name ?? null }
  if (refreshed?.workbook != null) return { kind: 'workbooks', id: refreshed.workbook.id, name: refreshed.workbook.name ?? null }
  return null
}

export const isOf = (job: Job, { kind, id }: Target) => {
  const target = targetOf(job)
  return target?.kind === kind && target.id === id
}

/** A job in our words; null: it does not say what it refreshes, or how it ended. */
export function externalRun(job: Dated<Job>): ExternalRun | null {
  const target = targetOf(job)
  const state = stateOf(job)
  if (target === null || state === undefined) return null
  return {
    job: pathOf(target),
    jobName: target.name,
    externalId: job.id,
    state,
    scheduledAt: null,
    startedAt: job.startedAt,
    endedAt: job.completedAt,
    error: state === 'failed' ? job.extractRefreshJob?.notes || 'Tableau does not say why.' : null,
    rows: null,
    url: null,
  }
}

function stateOf(job: Dated<Job>): RunState | undefined {
  const { startedAt, finishCode } = job
  if (isUnderWay(job)) return startedAt === null ? 'scheduled' : 'running'
  return finishCode === null ? undefined : ENDS[finishCode]
}

/** Whether a job waits or goes on: until it has ended it has no code. */
export function isUnderWay({ completedAt, finishCode, isUndated }: Dated<Job>): boolean {
  return completedAt === null && !(isUndated && finishCode !== null)
}
