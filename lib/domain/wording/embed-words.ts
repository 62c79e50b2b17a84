import { isBroken, type Reason, type Status } from '#lib/domain/freshness/status.ts'
import { DAY_MS, type Instant, MINUTE_MS } from '#lib/domain/time/instant.ts'
import { causeInWords } from './cause-words.ts'
import { dayOfInstant, daysBefore, longTime, shortTime, zoneAbbreviation } from './dates.ts'
import { formatDuration } from './durations.ts'
import { listInWords } from './lists.ts'
import { capital } from './sentences.ts'
import { statusInWords, UNSEEN, weaknessInWords } from './words.ts'

/** How far the data reach; `by` which clock: of what is in them, or of their last load or write. */
export interface AsOf {
  at: Instant
  /** A whole local day. */
  isDay: boolean
  by: 'data' | 'load'
}

/** What broke first: the thing itself (`itself`), something it is made from by its name, or something that is not named to whoever reads this. */
export type EmbedCause = { of: 'itself' } | { of: 'named'; name: string; reason: Reason | null } | { of: 'unseen' }

/** How a feed, group or asset stands, as an embed tells it. */
export interface EmbedStanding {
  status: Status | null
  reason: Reason | null
  since: Instant | null
  /** Since when it has been late or stale without a break. */
  brokenSince: Instant | null
  asOf: AsOf | null
  cause: EmbedCause
  /** The methods on whose weak evidence the status rests. */
  weakBy: string | null
  /** Of a group: how many of its feeds are judged, and the names of those that have its status. */
  feeds: { judged: number; fresh: number; worst: readonly string[] } | null
  /** Since when no worker has looked at anything, null: none ever has; undefined: one is at work. */
  silentSince: Instant | null | undefined
}

/** An embed in words: each part by itself, and all of it as one text for who does not see it. */
export interface EmbedWords {
  /** What is shown: never fresh while nobody looks. */
  status: Status | null
  /** `Late`. */
  word: string
  /** `Late since 07:00`. */
  standing: string
  /** `Data as of Tue 06:41 EST`, or `Last loaded Tue 06:41 EST` where nothing tells what is in them; of a group how many of its feeds are fresh. */
  reach: string | null
  /** `2 h late because the load of Orders failed`. */
  problem: string | null
  whole: string
}

const NAMED = 2
/** A weekday alone names a day of the last week. */
const WEEKDAY_DAYS = 6

/** A standing in words, by the clocks of the page's zone. */
export function embedInWords(name: string, standing: EmbedStanding, { now, zone }: { now: Instant; zone: string }): EmbedWords {
  const when = (at: Instant) => whenInWords(at, now, zone)
  const isSilent = standing.silentSince !== undefined
  const status = isSilent && standing.status === 'fresh' ? 'unknown' : standing.status
  const since = status === standing.status ? standing.since : (standing.silentSince ?? null)
  const word = statusInWords(status)
  const parts = [
    since === null || status === 'fresh' || status === null ? word : `${word} since ${when(since)}`,
    ...(standing.weakBy === null || status !== standing.status ? [] : [weaknessInWords(standing.weakBy)]),
  ]
  const problem = [isSilent ? silenceInWords(standing.silentSince ?? null, when) : null, problemOf(standing, now)]
  const words = {
    status,
    word,
    standing: parts.join(', '),
    reach: standing.feeds === null ? reachOf(standing.asOf, now, zone) : freshInWords(standing.feeds),
    problem: problem.filter((part) => part !== null).join('. ') || null,
  }
  const told = [`${name}: ${lower(words.standing)}`, words.reach, words.problem].flatMap((part) => (part === null ? [] : [`${part}.`]))
  return { ...words, whole: told.join(' ') }
}

/** An instant as near as it is: `06:41` today, `Tue 06:41 EST` in the last week, else `17 Nov 06:41 EST`. */
function whenInWords(at: Instant, now: Instant, zone: string): string {
  const daysAgo = daysBefore(at, now, zone)
  const short = shortTime(at, zone, now)
  const time = short.slice(-5)
  if (daysAgo === 0) return time
  const isNear = daysAgo > 0 && daysAgo <= WEEKDAY_DAYS
  return `${isNear ? `${weekday(at, zone)} ${time}` : short} ${zoneAbbreviation(at, zone)}`
}

function weekday(at: Instant, zone: string): string {
  return longTime(at, zone, at).slice(0, 3)
}

function reachOf(asOf: AsOf | null, now: Instant, zone: string): string | null {
  if (asOf === null) return null
  const { at, isDay, by } = asOf
  return `${by === 'load' ? 'Last loaded' : 'Data as of'} ${isDay ? `${weekday(at, zone)} ${dayOfInstant(at, zone, now)}` : whenInWords(at, now, zone)}`
}

function freshInWords({ judged, fresh }: NonNullable<EmbedStanding['feeds']>): string {
  if (judged === 0) return 'No feed is judged'
  return `${fresh} of ${judged} ${judged === 1 ? 'feed' : 'feeds'} fresh`
}

function silenceInWords(since: Instant | null, when: (at: Instant) => string): string {
  return since === null ? 'Nothing has been checked yet' : `Nothing has been checked since ${when(since)}`
}

function problemOf(standing: EmbedStanding, now: Instant): string | null {
  const { status, brokenSince, feeds } = standing
  if (status === null || status === 'fresh') return null
  if (feeds !== null) return worstInWords(feeds.worst, status)
  const cause = standing.cause.of === 'unseen' ? null : causeOf(standing)
  const because = standing.cause.of === 'unseen' ? `because of ${UNSEEN}` : cause === null ? null : `because ${cause}`
  if (!isBroken(status) || brokenSince === null) return capitalOrNull(cause ?? because)
  const late = `${lateFor(now - brokenSince)} late`
  return because === null ? late : `${late} ${because}`
}

/** To the minute, after a day to the day. */
function lateFor(ms: number): string {
  if (ms < MINUTE_MS) return 'Under a minute'
  return formatDuration(ms - (ms % MINUTE_MS), ms < DAY_MS ? 2 : 1)
}

function causeOf({ reason, cause }: EmbedStanding): string | null {
  return cause.of === 'named' ? causeInWords(cause.reason, cause.name) : causeInWords(reason, null)
}

function worstInWords(names: readonly string[], status: Status): string | null {
  if (names.length === 0) return null
  const rest = names.length - NAMED
  const shown = rest <= 0 ? names : [...names.slice(0, NAMED), `${rest} more`]
  return `${listInWords(shown)} ${names.length === 1 ? 'is' : 'are'} ${statusInWords(status).toLowerCase()}`
}

const capitalOrNull = (words: string | null) => (words === null ? null : capital(words))
const lower = (words: string) => `${words.charAt(0).toLowerCase()}${words.slice(1)}`
