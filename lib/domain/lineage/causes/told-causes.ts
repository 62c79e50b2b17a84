import { isUnhealthy, type Status, severity } from '#lib/domain/freshness/status.ts'
import { againOfBoth, type GoodAgain } from '#lib/domain/lineage/again/again.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import type { Cause } from './cause.ts'

/** A feed as far as causes are told by it. */
export interface ToldFeed {
  id: number
  key: string
  name: string
  status: Status | null
  since: Instant | null
}

/** A feed that a cause holds back, and when it is good again as far as that is known. */
export interface HeldFeed extends ToldFeed {
  again: GoodAgain | null
}

/** A feed that is fresh, and from when on it is not if nothing comes. */
export interface RiskyFeed extends ToldFeed {
  at: Instant
}

/** A cause by what people know: the feeds that it holds back, the worst first, and those that it will hold back next, the soonest first. */
export interface ToldCause {
  cause: Cause
  held: HeldFeed[]
  atRisk: RiskyFeed[]
}

/** What feeds are judged by. */
export interface Judged {
  feeds: readonly ToldFeed[]
  /** Of each promised asset the feed that is judged by it. */
  feedOf: ReadonlyMap<number, number>
  /** Of what is not fresh, by asset. */
  again: ReadonlyMap<number, GoodAgain>
  /** What turns later is not told yet. */
  riskUntil: Instant
}

/** What causes mean for feeds, the newest first; without those that hold none back and will not soon. */
export function toldCauses(causes: readonly Cause[], judged: Judged): ToldCause[] {
  const known: Known = { judged, feeds: new Map(judged.feeds.map((feed) => [feed.id, feed])), again: againOfFeeds(judged) }
  return causes
    .map((cause) => ({ cause, held: heldFeeds(cause, known), atRisk: riskyFeeds(cause, known) }))
    .filter(({ held, atRisk }) => held.length + atRisk.length > 0)
    .sort((a, b) => b.cause.since - a.cause.since || b.held.length - a.held.length)
}

/** When each feed is good again: with the last of the promised assets that are not fresh. */
export function againOfFeeds({ feedOf, again }: Pick<Judged, 'feedOf' | 'again'>): Map<number, GoodAgain> {
  const found = new Map<number, GoodAgain>()
  for (const [asset, one] of again) {
    const feed = feedOf.get(asset)
    if (feed === undefined) continue
    const before = found.get(feed)
    found.set(feed, before === undefined ? one : againOfBoth(before, one))
  }
  return found
}

/** From when on each feed that is fresh is at risk. */
export function riskOfFeeds(causes: readonly ToldCause[]): Map<number, Instant> {
  const soonest = new Map<number, Instant>()
  for (const { id, at } of causes.flatMap(({ atRisk }) => atRisk)) soonest.set(id, Math.min(at, soonest.get(id) ?? at))
  return soonest
}

interface Known {
  judged: Judged
  feeds: ReadonlyMap<number, ToldFeed>
  again: ReadonlyMap<number, GoodAgain>
}

function heldFeeds({ heldIds }: Cause, { judged, feeds, again }: Known): HeldFeed[] {
  const ids = new Set(heldIds.flatMap((id) => judged.feedOf.get(id) ?? []))
  return [...ids]
    .flatMap((id) => feeds.get(id) ?? [])
    .filter(({ status }) => isUnhealthy(status))
    .map((feed) => ({ ...toTold(feed), again: again.get(feed.id) ?? null }))
    .sort((a, b) => severity(a.status) - severity(b.status) || (a.since ?? 0) - (b.since ?? 0) || a.id - b.id)
}

/** What turns soonest of a feed turns it. */
function riskyFeeds({ atRisk }: Cause, { judged: { feedOf, riskUntil }, feeds }: Known): RiskyFeed[] {
  const turns = new Map<number, Instant>()
  for (const { id, at } of atRisk) {
    const feed = feedOf.get(id)
    if (feed !== undefined && at <= riskUntil && !turns.has(feed)) turns.set(feed, at)
  }
  return [...turns].flatMap(([id, at]) => {
    const feed = feeds.get(id)
    return feed?.status === 'fresh' ? [{ ...toTold(feed), at }] : []
  })
}

/** Nothing more of a feed than is told. */
function toTold({ id, key, name, status, since }: ToldFeed): ToldFeed {
  return { id, key, name, status, since }
}
