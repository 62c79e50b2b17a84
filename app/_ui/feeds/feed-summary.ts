import { type WorkMark, workMark } from '#app/_ui/actions/work-words.ts'
import { lastRunInWords } from '#app/_ui/runs/run-labels.ts'
import type { Reason, Status } from '#lib/domain/freshness/status.ts'
import { localDay } from '#lib/domain/time/local-day.ts'
import { againInWords, conditionsInWords } from '#lib/domain/wording/again-words.ts'
import { freshCount } from '#lib/domain/wording/headline.ts'
import { heldInWords } from '#lib/domain/wording/held-words.ts'
import { asLine, capital } from '#lib/domain/wording/sentences.ts'
import { reasonInWords, statusInWords, weaknessInWords } from '#lib/domain/wording/words.ts'
import type { OverviewFeed, OverviewGroup } from '#lib/queries/pages/status-overview.ts'
import type { Bars } from '#lib/queries/shared/bars.ts'
import { BAR_DAYS, BLIND_SECONDS_DRAWN as UNSEEN_SECONDS_TOLD } from '#lib/queries/shared/day-cells.ts'
import type { WorkView } from '#lib/queries/shared/work.ts'

/** What a line of the page needs of a feed, small: the first document carries it for every feed. Absent means null. */
export interface FeedLineData {
  key: string
  name: string
  owner?: string
  status: Status | null
  /** Why, in words; only where it says more than the status. */
  why?: string
  /** The feeds that alone hold it back, by their keys. */
  heldBy?: string[]
  /** On what weak evidence the status rests, in words. */
  weak?: string
  since?: number
  /** An instant; or a local day, where the source only knows dates. */
  through?: number | string
  updated?: number
  /** It was updated from data that are so, which counts. */
  from?: string
  due?: number
  /** By when it is good again, where it is not and that is known. */
  good?: number
  /** On which conditions. */
  goodIf?: string
  /** The same in words, where there is no date. */
  again?: string
  /** From when on it is not fresh if nothing comes, where what it is made from holds that up. */
  risk?: number
  loading?: boolean
  /** A pause or maintenance that it is part of, whatever the status. */
  work?: WorkMark
  /** A last run that did not complete, whatever the status. */
  ran?: { id: string; words: string }
  share?: number
  /** How long nobody could see, where a share leaves that out. */
  unseen?: number
  /** On how many days it was fresh at the page's ready-by time, and of how many. */
  ready?: number
  readyOf?: number
  days?: string
}

export interface GroupLineData {
  key: string
  name: string
  status: Status | null
  /** `12 of 14 fresh`. */
  freshCount: string
  share?: number
  unseen?: number
  days?: string
  open: boolean
  feeds: FeedLineData[]
}

/** Reasons that a green tick says already. */
const SILENT: ReadonlySet<Reason> = new Set<Reason>(['on-time'])

/** Never judged: ninety hollow days, not days that are still to be loaded. */
const NO_DAYS = '.'.repeat(BAR_DAYS)

/** A feed for its line. */
export function toFeedLine(feed: OverviewFeed, zone: string, work: readonly WorkView[]): FeedLineData {
  const { key, name, owner, status, since, bars } = feed
  const line: FeedLineData = { key, name, status }
  if (owner !== null) line.owner = owner
  Object.assign(line, whyOf(feed))
  if (feed.weakBy !== null) line.weak = weaknessInWords(feed.weakBy)
  if (since !== null && status !== 'fresh') line.since = since
  if (feed.dataThroughAt !== null) line.through = feed.dataThroughIsDay ? localDay(feed.dataThroughAt, zone) : feed.dataThroughAt
  if (feed.updatedAt !== null)
    Object.assign(line, { updated: feed.updatedAt }, isLateFromAbove(feed) && { from: statusInWords(status).toLowerCase() })
  if (feed.dueAt !== null) line.due = feed.dueAt
  if (feed.again?.kind === 'by' && !feed.again.isLook) line.good = feed.again.at
  if (feed.riskAt !== null) line.risk = feed.riskAt
  if (feed.isLoading && status !== 'fresh') line.loading = true
  return addHistory(addLastRun(line, feed, work), bars)
}

/** The same with all that is known of when it is good again, for pages of few feeds. */
export function toFullFeedLine(feed: OverviewFeed, zone: string, work: readonly WorkView[]): FeedLineData {
  const line = toFeedLine(feed, zone, work)
  if (feed.again === null) return line
  if (feed.again.kind === 'by' && !feed.again.isLook) return { ...line, goodIf: conditionsInWords(feed.again) }
  return { ...line, again: capital(againInWords(feed.again, String)) }
}

/** Its own load is no matter: it is as late as what it is made from. */
function isLateFromAbove({ status, reason }: OverviewFeed): boolean {
  return reason === 'blocked' && (status === 'late' || status === 'stale')
}

function whyOf({ key, status, reason, heldBy, failedRun }: OverviewFeed): Pick<FeedLineData, 'why' | 'heldBy'> {
  if (reason === null || SILENT.has(reason)) return {}
  if (reason !== 'blocked')
    return { why: ownWords(failedRun?.words ?? failedAbove(reason, heldBy, key) ?? reasonInWords(reason), heldBy, key) }
  const why = heldInWords(heldBy, key)
  const others = heldBy.flatMap(({ feedKey }) => (feedKey === null || feedKey === key ? [] : [feedKey]))
  const isOwn = status === 'fresh' || others.length === 0 || others.length < heldBy.length
  return isOwn ? { why } : { why, heldBy: [...new Set(others)] }
}

/** Nothing arrives because a run of its own failed that brings what it is made from: that run says it better. */
function failedAbove(reason: Reason, heldBy: OverviewFeed['heldBy'], key: string): string | null {
  const runs = new Set(heldBy.map(({ failedRun }) => failedRun?.words ?? null))
  const isOwn = reason === 'overdue' && runs.size === 1 && heldBy.every(({ feedKey }) => feedKey === key)
  return isOwn ? ([...runs][0] ?? null) : null
}

/** Its own words, led by what holds it back where its trouble begins elsewhere. */
function ownWords(words: string, heldBy: OverviewFeed['heldBy'], key: string): string {
  const isHeld = heldBy.length > 0 && heldBy.every(({ feedKey }) => feedKey !== key)
  return isHeld ? `${asLine(heldInWords(heldBy, key)).replace(/\.$/, '')}. ${asLine(words)}` : words
}

function addLastRun(given: FeedLineData, { id, lastRun }: OverviewFeed, work: readonly WorkView[]): FeedLineData {
  const words = lastRun === null ? null : lastRunInWords(lastRun.state)
  const mark = workMark(work, id)
  const line = mark === undefined ? given : { ...given, work: mark }
  return lastRun === null || words === null ? line : { ...line, ran: { id: lastRun.id, words } }
}

function addHistory(line: FeedLineData, bars: Bars | null): FeedLineData {
  if (bars === null) return { ...line, days: NO_DAYS }
  addShare(line, bars)
  if (bars.readyOf > 0) Object.assign(line, { ready: bars.ready, readyOf: bars.readyOf })
  if (bars.days !== '') line.days = bars.days
  return line
}

function addShare(line: Pick<FeedLineData, 'share' | 'unseen'>, { share, unseenSeconds }: Bars): void {
  if (share === null) return
  line.share = share
  if (unseenSeconds >= UNSEEN_SECONDS_TOLD) line.unseen = unseenSeconds
}

/** A group for its section, its feeds included. */
export function toGroupLine(group: OverviewGroup, zone: string, work: readonly WorkView[]): GroupLineData {
  const { key, name, status, counts, bars, open } = group
  const line: GroupLineData = {
    key,
    name,
    status,
    freshCount: freshCount(counts),
    open,
    feeds: group.feeds.map((feed) => toFeedLine(feed, zone, work)),
  }
  if (bars !== null) addShare(line, bars)
  line.days = bars?.days ?? NO_DAYS
  return line
}
