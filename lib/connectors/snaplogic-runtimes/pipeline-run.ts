import { type ExternalRun, jobKey } from '#lib/domain/runs/external-run.ts'
import type { RunState } from '#lib/domain/runs/run.ts'
import { DAY_MS, HOUR_MS } from '#lib/domain/time/instant.ts'
import { counted } from '#lib/domain/wording/numbers.ts'
import type { Detail, Entry } from './shapes.ts'

/** SnapLogic keeps runs 45 days, and may refuse to be asked for more by a clock that is ahead of ours. */
export const KEPT_MS = 45 * DAY_MS - HOUR_MS

const STATES: Readonly<Record<string, RunState>> = {
  Queued: 'scheduled',
  NoUpdate: 'scheduled',
  Prepared: 'scheduled',
  Started: 'running',
  Failing: 'running',
  Stopping: 'running',
  Suspending: 'running',
  Suspended: 'running',
  Resuming: 'running',
  Completed: 'completed',
  Failed: 'failed',
  Stopped: 'cancelled',
}
export const ENDED = ['Completed', 'Failed', 'Stopped'] as const
export const UNENDED = Object.keys(STATES).filter((state) => !ENDED.some((ended) => ended === state))
/** Those that will load what is wanted: one that fails, is being stopped or stands still will not. */
export const GOING_WELL = ['Queued', 'NoUpdate', 'Prepared', 'Started', 'Resuming'] as const

export const isEnded = ({ state }: Pick<Entry, 'state'>) => ENDED.some((ended) => ended === state)

/** It completed, and not one document of it went to an error view. */
export const hasLoaded = ({ state, errors }: Entry) => state === 'Completed' && errors === 0

/** What a pipeline is called, `projects/Admin/PERSON_NIGHTLY`; null: it does not say. */
export function jobOf({ project, label }: Pick<Entry, 'project' | 'label'>, org: string): string | null {
  const within = project?.replace(/^\/?/, '/')
  if (within === undefined || !within.startsWith(`/${org}/`) || !label) return null
  return `${within.slice(org.length + 2)}/${label}`
}

interface Around {
  org: string
  /** Of the connection. */
  key: string
  /** The jobs of runs by their ids, as far as they are known. */
  jobs: ReadonlyMap<string, string>
  /** Why it has failed; null: nobody has asked, or it does not say. */
  because: string | null
}

/** A run of a pipeline in our words; null: it does not say of which, or is in a state nobody knows. */
export function externalRun(entry: Entry, { org, key, jobs, because }: Around): ExternalRun | null {
  const job = jobOf(entry, org)
  const known = STATES[entry.state]
  if (job === null || known === undefined) return null
  const state = known === 'completed' && !hasLoaded(entry) ? 'partial' : known
  const parentJob = entry.parent === null ? undefined : jobs.get(entry.parent)
  return {
    job,
    externalId: entry.id,
    state,
    scheduledAt: null,
    startedAt: known === 'scheduled' ? null : entry.madeAt,
    endedAt: isEnded(entry) ? entry.stateAt : null,
    error: errorOf(entry, state, because),
    rows: known === 'completed' ? entry.documents : null,
    url: null,
    ...(entry.parent !== null && parentJob !== undefined && { parent: { job: jobKey(key, parentJob), externalId: entry.parent } }),
  }
}

function errorOf({ errors }: Entry, state: RunState, because: string | null): string | null {
  if (state === 'failed') return because ?? 'SnapLogic does not say why.'
  if (state !== 'partial') return null
  const some = errors === null ? 'SnapLogic does not tell how many documents' : counted(errors, 'document')
  return `It completed, and ${some} went to error views.`
}

/** Why a run has failed, in its own words; null: it does not say. */
export function reasonIn({ reason, failure, error_list: list }: Detail): string | null {
  const listed = (list ?? []).flatMap((one) => (typeof one === 'string' ? one : [one.message, one.error, one.reason, one.resolution]))
  const words = [reason, failure, ...listed].map((one) => one?.trim()).filter(Boolean)
  return words.length === 0 ? null : [...new Set(words)].slice(0, 4).join(' ')
}
