import { asKnown } from '#lib/connectors/kit/starting/as-known.ts'
import { type ExternalRun, isOver, type KnownRun } from '#lib/domain/runs/external-run.ts'
import type { RunState } from '#lib/domain/runs/run.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { toInternalMessage } from '#lib/platform/errors.ts'
import type { RedashApi } from './api.ts'
import { type Connected, subjectOf } from './settings.ts'
import type { Query, RefreshJob } from './shapes.ts'

/** A result alone tells that its job, which nobody remembers, has ended well. */
const BY_RESULT = 'result'

const STATES: Readonly<Record<number, RunState>> = {
  ...{ 1: 'scheduled', 2: 'running', 3: 'completed', 4: 'failed', 5: 'cancelled' },
  // Deferred, and set for later.
  ...{ 6: 'scheduled', 7: 'scheduled' },
}

/** What Redash says of one that somebody cancelled: most versions call it failed, an old one leaves it waiting for ever. */
const CANCELLED = ['Query cancelled by user.', 'Query execution cancelled.']

/** Whether it was told to stop, though it may not have yet. */
export const isToldToStop = ({ error }: RefreshJob) => CANCELLED.includes(error?.trim() ?? '')

/** How a refresh stands. */
export function stateOf(job: RefreshJob): RunState {
  if (isToldToStop(job) && (job.status === 1 || job.status === 4)) return 'cancelled'
  return STATES[job.status] ?? 'running'
}

/** What Redash calls a refresh; null: its result alone is known. */
export function ownIdOf({ job, externalId }: Pick<KnownRun, 'job' | 'externalId'>): string | null {
  const own = externalId.slice(job.length + 1)
  return own.startsWith(BY_RESULT) ? null : own
}

export const jobOf = ({ id }: Query) => `queries/${id}`

/** The refresh that Redash has begun. */
export function begunRefresh(api: RedashApi, query: Query, job: RefreshJob, now: Instant): ExternalRun {
  const state = stateOf(job)
  return { ...refreshOf(api, query, job.id), ...ending(state, job, now), state, startedAt: state === 'running' ? now : null }
}

/** The refresh that made the result of a query, by that alone. */
export function madeResult(api: RedashApi, query: Query, at: Instant): ExternalRun {
  const own = refreshOf(api, query, `${BY_RESULT} ${new Date(at).toISOString()}`)
  return { ...own, state: 'completed', startedAt: null, endedAt: at }
}

/** The refreshes that were asked for from here and are not known to have ended: Redash lists none, and forgets each some time after its end. */
export async function* followRefreshes({ clock, knownRuns, log }: Connected, api: RedashApi): AsyncGenerator<ExternalRun> {
  const known = (await knownRuns?.(clock.now(), [])) ?? []
  for (const run of known.filter(({ state }) => !isOver(state))) {
    const own = ownIdOf(run)
    const job = own === null ? undefined : await api.job(own)
    // What nobody gets in for hides all of them; a query that is not as Redash writes it no other.
    await api.queryIds()
    const query = await queryOf(api, run).catch((error: unknown) => {
      log.warn('a query cannot be read, so how its refresh goes on is not known', { job: run.job, because: toInternalMessage(error) })
      return null
    })
    if (query === undefined) continue
    const told = query === null ? asKnown([run], run.job)[0] : follow(api, { run, own, job, query }, clock.now())
    if (told !== undefined) yield told
  }
}

async function queryOf(api: RedashApi, { job }: KnownRun): Promise<Query | undefined> {
  const subject = subjectOf(job)
  return subject === null ? undefined : api.query(subject.id)
}

interface Followed {
  run: KnownRun
  /** What Redash calls it; null: its result alone is known. */
  own: string | null
  job: RefreshJob | undefined
  query: Query
}

function follow(api: RedashApi, { run, own, job, query }: Followed, now: Instant): ExternalRun | undefined {
  if (own === null) return madeResult(api, query, Date.parse(run.externalId.slice(run.job.length + BY_RESULT.length + 2)))
  const isMade = query.at !== null && run.startedAt !== null && query.at >= run.startedAt
  const told = job === undefined ? undefined : stateOf(job)
  // Who cancels what has just ended well is told that it was cancelled.
  const state = isMade && (told === undefined || told === 'cancelled') ? 'completed' : told
  if (state === undefined) return undefined
  const startedAt = run.startedAt ?? (state === 'running' ? now : null)
  const ended = ending(state, job, isMade && state === 'completed' ? (query.at ?? now) : now)
  return { ...refreshOf(api, query, own), ...ended, state, startedAt }
}

function ending(state: RunState, job: RefreshJob | undefined, at: Instant): Pick<ExternalRun, 'endedAt' | 'error'> {
  if (!isOver(state)) return { endedAt: null, error: null }
  return { endedAt: at, error: state === 'completed' ? null : job?.error?.trim() || 'Redash does not say why.' }
}

function refreshOf(api: RedashApi, query: Query, own: string): Omit<ExternalRun, 'state' | 'startedAt'> {
  const job = jobOf(query)
  const told = { scheduledAt: null, endedAt: null, error: null, rows: null }
  return { job, jobName: query.name, externalId: `${job}/${own}`, ...told, url: `${api.webUrl}/queries/${query.id}` }
}
