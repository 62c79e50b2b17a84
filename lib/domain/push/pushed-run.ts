import { type ExternalRun, fittingName, jobKey, NAME_LENGTH_MAX } from '#lib/domain/runs/external-run.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { placeOf, triesOf } from './run-facts.ts'
import type { RunName, RunState } from './told-run.ts'

/**
 * How a job of a namespace is called among the jobs of a connection: `<namespace>/<name>`. A slash of the namespace is %2F there, and a % is %25; a name that is too
 * long is cut.
 */
export function pushedJob({ namespace, job }: Pick<RunName, 'namespace' | 'job'>): string {
  return fittingName(`${namespace.replaceAll('%', '%25').replaceAll('/', '%2F')}/${job}`)
}

/** A push connection, and the namespace whose jobs and data are its own; null: all that no other one names. */
export interface PushConnection {
  key: string
  namespace: string | null
}

/** The connection that what is told under a namespace belongs to; null: nobody's. */
export function connectionOfNamespace(namespace: string, connections: readonly PushConnection[]): string | null {
  const own = connections.find((one) => one.namespace === namespace) ?? connections.find((one) => one.namespace === null)
  return own?.key ?? null
}

/** So many characters of hexadecimal tell the runs of two jobs apart that have one number. */
export const MARK_LENGTH = 8

/** The number of a run among those of its connection: its own, as much as there is room for, with a mark, since several jobs may tell of a run of the same number. */
export function toExternalId(runId: string, mark: string): string {
  return `${runId.slice(0, NAME_LENGTH_MAX - MARK_LENGTH - 1)}~${mark.slice(0, MARK_LENGTH)}`
}

/** What is told of a run, without what it is called. */
export type PushedOutcome = Pick<ExternalRun, 'attempt' | 'state' | 'scheduledAt' | 'startedAt' | 'endedAt' | 'error' | 'rows' | 'url'>

const STATES = { COMPLETE: 'completed', FAIL: 'failed', ABORT: 'cancelled' } as const

/**
 * What the sum of its events makes of a run: its last try counts, and of that the last end. Null while no event says that it ever ran: what is only
 * described is no run.
 */
export function outcomeOf(state: RunState): PushedOutcome | null {
  const tries = triesOf(state)
  const last = tries.at(-1)
  if (last === undefined) {
    if (state.runningAt === null) return null
    return { ...common(state, null), attempt: 1, state: 'running', startedAt: state.runningAt, endedAt: null, error: null }
  }
  const { startedAt, end } = last
  const told = { ...common(state, startedAt ?? end?.at ?? null), attempt: tries.length }
  if (end === null) return { ...told, state: 'running', startedAt, endedAt: null, error: null }
  const begunAt = startedAt ?? (state.runningAt !== null && state.runningAt <= end.at ? state.runningAt : null)
  const error = end.type === 'COMPLETE' ? null : (end.error ?? state.error?.value ?? null)
  return { ...told, state: STATES[end.type], startedAt: begunAt, endedAt: end.at, error }
}

function common(state: RunState, begunAt: Instant | null): Pick<PushedOutcome, 'scheduledAt' | 'rows' | 'url'> {
  const counted = Object.values(state.outputs).flatMap(({ rows }) => rows?.value ?? [])
  return {
    scheduledAt: begunAt === null || state.nominal === null ? null : placeOf(state, { at: begunAt, startedAt: null }),
    rows: counted.length === 0 ? null : counted.reduce((sum, rows) => sum + rows, 0),
    url: state.url?.value ?? null,
  }
}

/** The job of an asset that is told of by its heartbeats, as the asset may name it. */
export function heartbeatJob(asset: { connection: string; path: string }): string {
  return jobKey(asset.connection, pushedJob({ namespace: HEARTBEATS, job: asset.path }))
}

/** The namespace of what assets tell of themselves. */
export const HEARTBEATS = 'heartbeat'
