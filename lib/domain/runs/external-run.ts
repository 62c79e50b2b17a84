import { isLook, type Witness } from '#lib/domain/freshness/witnesses/witness.ts'
import { DAY_MS, END_OF_TIME, HOUR_MS, type Instant, MINUTE_MS } from '#lib/domain/time/instant.ts'
import { markOf } from '#lib/domain/values/mark-of.ts'
import { shortText } from '#lib/domain/values/short-text.ts'
import { isStorableText, toStorableText } from '#lib/domain/values/storable-text.ts'
import { isEnded, type RunState } from './run.ts'

/** One execution of a job in another system, in our words. */
export interface ExternalRun {
  /** The job as that system names it; an asset names it as its writer, `<connection>/<job>`. */
  job: string
  /** What that system calls it, where that is another word. */
  jobName?: string | null
  externalId: string
  /** Counts up where the system begins the same run anew under the same id. */
  attempt?: number
  state: RunState
  /** When its schedule meant it to begin; null: somebody began it, or the system does not tell. */
  scheduledAt: Instant | null
  startedAt: Instant | null
  endedAt: Instant | null
  /** The system's own words for what went wrong. */
  error: string | null
  rows: number | null
  /** Its page in that system. */
  url: string | null
  /** What the end of this run is about: paths of the same connection's assets, keys of others; absent: all that name its job. */
  writes?: readonly string[]
  /** What it loaded to its end although it ended badly as a whole, named like that; what stands in `writes`, too, it did not. */
  loaded?: readonly string[]
  /** When it has completed, what its job had loaded is gone: it loads nothing, and takes away. */
  empties?: boolean
  /** The run that it is a part of: its job, `<connection>/<job>`, and its id there. */
  parent?: { job: string; externalId: string } | null
  /** What kind of job it is, in that system's words. */
  jobType?: string | null
}

/** A run with who told it, and when: a look when it looked, an event when it happened. */
export interface ToldRun extends ExternalRun {
  attempt: number
  toldBy: Witness
  toldAt: Instant
}

/** A run as it was told before, to be told on: some systems name none of theirs, or list none. */
export type KnownRun = Pick<ToldRun, 'job' | 'externalId' | 'attempt' | 'state' | 'startedAt' | 'endedAt'>

/** True when a run of another system goes no further; unlike one of ours, a crashed one is not taken up again under the same attempt. */
export function isOver(state: RunState): boolean {
  return isEnded(state) || state === 'crashed'
}

/** True while nobody has begun it. */
export function isWaiting(state: RunState): boolean {
  return state === 'scheduled' || state === 'overdue'
}

const ERROR_LENGTH_MAX = 4001
/** What a run or a job is called is so long at most. */
export const NAME_LENGTH_MAX = 300

/** A name as it is kept: a longer one is cut, with a mark of the whole, so that two that begin alike stay two. */
export function fittingName(name: string): string {
  if (name.length <= NAME_LENGTH_MAX) return name
  // Half of a surrogate pair is no character.
  return `${name.slice(0, NAME_LENGTH_MAX - 8).replace(/[\uD800-\uDBFF]$/, '')}~${markOf(name)}`
}

/**
 * A run as another system tells it, fit to be kept: what has ended or begun has done so by now, whatever that system's clock shows, and begins before it
 * ends, when it was meant to or later. Null when it names no job or has no id.
 */
export function tidyRun(run: ExternalRun, told: { by: Witness; at: Instant; now: Instant }): ToldRun | null {
  const [job, externalId] = [fittingName(run.job.trim()), fittingName(run.externalId)]
  if (!isName(job) || !isName(externalId)) return null
  const latest = (at: Instant | null, limit: Instant) => (at === null || !Number.isFinite(at) ? null : Math.min(at, limit))
  const endedAt = isOver(run.state) ? latest(run.endedAt, told.now) : null
  const startedAt = isWaiting(run.state) ? null : latest(run.startedAt, endedAt ?? told.now)
  return {
    ...run,
    job,
    jobName: nameIn(run.jobName, job),
    externalId,
    attempt: Math.max(1, Math.trunc(run.attempt ?? 1)),
    scheduledAt: isWaiting(run.state) ? latest(run.scheduledAt, END_OF_TIME) : meantAt(run.scheduledAt, startedAt ?? endedAt ?? told.now),
    startedAt,
    endedAt,
    error: run.error === null || run.error.trim() === '' ? null : shortText(toStorableText(run.error.trim()), ERROR_LENGTH_MAX),
    rows: run.rows !== null && Number.isFinite(run.rows) && run.rows >= 0 ? Math.trunc(run.rows) : null,
    url: run.url !== null && /^https?:\/\/[^\s]+$/i.test(run.url) && run.url.length <= 2000 ? run.url : null,
    toldBy: told.by,
    toldAt: Math.min(told.at, told.now),
  }
}

/** A run that begins before it is meant to was meant for its beginning: else it would be the delivery of a tick that is still to come. Clocks may differ by a minute. */
function meantAt(scheduledAt: Instant | null, begunAt: Instant): Instant | null {
  if (scheduledAt === null || !Number.isFinite(scheduledAt)) return null
  return scheduledAt <= begunAt + MINUTE_MS ? scheduledAt : begunAt
}

/** A name that says more than what the job is named by. */
function nameIn(name: string | null | undefined, job: string): string | null {
  const shown = shortText(toStorableText(name?.trim() ?? ''), NAME_LENGTH_MAX)
  return shown === '' || shown === job ? null : shown
}

function isName(text: string): boolean {
  return text.trim() !== '' && isStorableText(text)
}

/**
 * What is known of a run after it was told again, whichever was told first. A run only goes forward: a later attempt, then an end. Of two ends that
 * differ the one counts that was seen or happened later, of equals the one that was seen. What the word that counts leaves open is taken from the other.
 */
export function mergeRuns(known: ToldRun, told: ToldRun): ToldRun {
  const [last, before] = isLater(told, known) ? [told, known] : [known, told]
  if (last.attempt !== before.attempt) return last
  const endedAt = isOver(last.state) ? (last.endedAt ?? (before.state === last.state ? before.endedAt : null)) : null
  return {
    ...last,
    scheduledAt: last.scheduledAt ?? before.scheduledAt,
    startedAt: isWaiting(last.state) ? null : (last.startedAt ?? before.startedAt),
    endedAt,
    rows: last.rows ?? before.rows,
    url: last.url ?? before.url,
    ...namesOf('writes', known, told, last),
    ...namesOf('loaded', known, told, last),
  }
}

/**
 * What a run wrote or loaded: by its last word, and of one that was told to have ended so before, all that either says. Who knows a thing no more undoes no load
 * of it; what a run loaded that had another end goes with that.
 */
function namesOf(what: 'writes' | 'loaded', known: ToldRun, told: ToldRun, last: ToldRun): Pick<ToldRun, 'writes' | 'loaded'> {
  const { [what]: before } = known
  const { [what]: now } = told
  if (before === undefined && now === undefined) return {}
  const isSameEnd = isOver(last.state) && known.state === told.state
  if (!isSameEnd && last[what] !== undefined) return { [what]: last[what] }
  if (!isSameEnd && what === 'loaded') return {}
  return { [what]: [...new Set([...(before ?? []), ...(now ?? [])])] }
}

function isLater(a: ToldRun, b: ToldRun): boolean {
  for (const rank of [(run: ToldRun) => run.attempt, forwardness, (run: ToldRun) => run.toldAt, sightOf]) {
    if (rank(a) !== rank(b)) return rank(a) > rank(b)
  }
  return a.state > b.state
}

function forwardness({ state }: ToldRun): number {
  return isOver(state) ? 2 : isWaiting(state) ? 0 : 1
}

function sightOf({ toldBy }: ToldRun): number {
  return isLook(toldBy) ? 1 : 0
}

/** The same, with an end where it is over: it ended at the latest when that was told. */
export function withEnd(run: ToldRun): ToldRun {
  return run.endedAt === null && isOver(run.state) ? { ...run, endedAt: Math.max(run.toldAt, run.startedAt ?? run.toldAt) } : run
}

/** True when something about the run is other than it was; that it was told again is nothing. */
export function isChanged(before: ToldRun | undefined, after: ToldRun): boolean {
  const shown = (run: ToldRun) => JSON.stringify([run.attempt, run.error, run.url, run.parent ?? null, run.jobType ?? null, outcomeOf(run)])
  return before === undefined || shown(before) !== shown(after)
}

/** True when what it decides about the assets it writes is other than it was; one that only waits decides nothing. */
export function isOutcomeChanged(before: ToldRun | undefined, after: ToldRun): boolean {
  if (before === undefined) return !isWaiting(after.state)
  return JSON.stringify(outcomeOf(before)) !== JSON.stringify(outcomeOf(after)) && !(isWaiting(before.state) && isWaiting(after.state))
}

function outcomeOf({ job, state, scheduledAt, startedAt, endedAt, rows, writes, loaded, empties }: ToldRun) {
  return [job, state, scheduledAt, startedAt, endedAt, rows, writes ?? null, loaded ?? null, empties === true]
}

/** What a run names of what it wrote and loaded. */
export interface NamedByRun {
  writes?: readonly string[] | undefined
  loaded?: readonly string[] | undefined
}

/**
 * How a run of a connection's job ended for an asset that names the job; null: it says nothing of it. What a run loaded to its end is loaded, whatever became of
 * the rest.
 */
export function stateFor<S extends RunState>(
  { state, writes, loaded }: NamedByRun & { state: S },
  connectionKey: string,
  asset: { connection: string; path: string },
): S | 'completed' | null {
  const name = asset.connection === connectionKey ? asset.path : `${asset.connection}/${asset.path}`
  if (writes?.includes(name)) return state
  if (loaded?.includes(name)) return 'completed'
  return writes === undefined ? state : null
}

/** Where a run lies among the ticks of a deadline: when it was scheduled for, else when it began. */
export function placeOfRun(run: Pick<ToldRun, 'scheduledAt' | 'startedAt' | 'endedAt' | 'toldAt'>): Instant {
  return run.scheduledAt ?? run.startedAt ?? run.endedAt ?? run.toldAt
}

/** The earliest instant at which a run can have changed a status. */
export function knownSince(run: ToldRun): Instant {
  return Math.min(placeOfRun(run), run.startedAt ?? END_OF_TIME, run.endedAt ?? END_OF_TIME)
}

/** `<connection>/<job>`: how an asset names the job that writes it. */
export function jobKey(connectionKey: string, job: string): string {
  return `${connectionKey}/${job}`
}

/** The two parts of `<connection>/<job>`; null when it is not of that form. A job's name may hold slashes itself. */
export function partsOfJob(key: string): { connection: string; job: string } | null {
  const slash = key.indexOf('/')
  const [connection, job] = [key.slice(0, slash), key.slice(slash + 1)]
  return slash <= 0 || job.trim() === '' ? null : { connection, job }
}

/** How far back the first question for runs reaches: enough for what is usual of a nightly job. */
const FIRST_REACH_MS = 30 * DAY_MS
/** What ended before the last answer and was listed after it is asked for again. */
const OVERLAP_MS = HOUR_MS

/** From when on a connection is asked for its runs: a little before the end of the last that is known, and before the beginning of any that goes on. */
export function runsSince({ through, openSince }: { through: Instant | null; openSince: Instant | null }, now: Instant): Instant {
  const earliest = now - FIRST_REACH_MS
  if (through === null) return earliest
  return Math.max(earliest, Math.min(through - OVERLAP_MS, openSince ?? through))
}
