import type { ExternalRun } from '#lib/domain/runs/external-run.ts'
import type { RunState } from '#lib/domain/runs/run.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { MINUTE_MS } from '#lib/domain/time/instant.ts'
import type { Deployment, FlowRun } from './shapes.ts'

const STATES: Readonly<Record<string, RunState>> = {
  SCHEDULED: 'scheduled',
  PENDING: 'scheduled',
  RUNNING: 'running',
  PAUSED: 'running',
  CANCELLING: 'running',
  COMPLETED: 'completed',
  FAILED: 'failed',
  CRASHED: 'crashed',
  CANCELLED: 'cancelled',
}

export const UNENDED = ['SCHEDULED', 'PENDING', 'RUNNING', 'PAUSED', 'CANCELLING']
export const ENDED = ['COMPLETED', 'FAILED', 'CRASHED', 'CANCELLED']

/** Ends of the type COMPLETED in which nothing was loaded: a result from before was taken again, or what was done was undone. */
const LOADED_NOTHING = new Set(['Cached', 'RolledBack'])

export function hasLoaded({ state_type: type, state_name: name }: FlowRun): boolean {
  return type === 'COMPLETED' && !LOADED_NOTHING.has(name ?? '')
}

/** Whether a run is one that goes on or whose time has come: Prefect makes those of a schedule days ahead, and takes them back. */
export function isUnderWay(run: FlowRun, now: Instant): boolean {
  if (!UNENDED.includes(run.state_type ?? '')) return false
  return run.state_type !== 'SCHEDULED' || isAskedFor(run) || (run.expected_start_time ?? now) <= now + MINUTE_MS
}

/** By a person or by us, or begun already and waiting for its next try. */
function isAskedFor({ auto_scheduled: isAuto, run_count: count }: FlowRun): boolean {
  return isAuto !== true || (count ?? 0) > 0
}

/** A run of a deployment in our words; null: it is in a state nobody knows. `url` is the address of the API. */
export function externalRun(run: FlowRun, { job }: Pick<Deployment, 'job'>, url: string): ExternalRun | null {
  const state = stateOf(run)
  if (state === null) return null
  return {
    job,
    externalId: run.id,
    attempt: attemptOf(run),
    state,
    scheduledAt: run.auto_scheduled === true ? run.expected_start_time : null,
    startedAt: run.start_time,
    endedAt: ENDED.includes(run.state_type ?? '') ? run.end_time : null,
    error: errorOf(run, state),
    rows: null,
    url: pageOf(run, url),
    ...(state === 'completed' && !hasLoaded(run) && { writes: [] }),
  }
}

function stateOf({ state_type: type, state_name: name }: FlowRun): RunState | null {
  if (type === 'SCHEDULED' && name === 'Late') return 'overdue'
  if (type === 'FAILED' && name === 'TimedOut') return 'timed-out'
  return STATES[type ?? ''] ?? null
}

/** It counts a try when that begins; one that waits to begin anew is the next already. */
function attemptOf({ run_count: count, state_type: type }: FlowRun): number {
  return Math.max(1, (count ?? 0) + (type === 'SCHEDULED' || type === 'PENDING' ? 1 : 0))
}

function errorOf({ state, state_name: name }: FlowRun, is: RunState): string | null {
  if (is !== 'failed' && is !== 'crashed' && is !== 'timed-out') return null
  return state?.message ?? `Prefect calls it ${name ?? is} and does not say why.`
}

const CLOUD_API = /^https:\/\/api\.prefect\.cloud\/api\/accounts\/([^/]+)\/workspaces\/([^/]+)/

/** Its page: that of a server lies beside the API, that of Prefect Cloud on another host. */
function pageOf({ id }: FlowRun, url: string): string | null {
  const [, account, workspace] = CLOUD_API.exec(url) ?? []
  if (account !== undefined) return `https://app.prefect.cloud/account/${account}/workspace/${workspace}/runs/flow-run/${id}`
  return /\/api\/*$/.test(url) ? `${url.replace(/\/api\/*$/, '')}/runs/flow-run/${id}` : null
}
