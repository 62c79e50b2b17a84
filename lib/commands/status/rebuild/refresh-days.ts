import type { Sql } from '#lib/db/context.ts'
import { loadSightGaps, type SightGap } from '#lib/db/history/blind.ts'
import { type StoredDay, storeDays } from '#lib/db/history/days.ts'
import { loadFeedsOfAssets, loadFeedsOfGroups, loadGroupsOfFeeds, loadPromisedAssets } from '#lib/db/history/memberships.ts'
import { type KnownSpan, loadSpans } from '#lib/db/history/spans.ts'
import { type AssetVersion, loadAssetVersions } from '#lib/db/history/versions.ts'
import { deliveriesByDay, deliveriesReach, isExpectedOn } from '#lib/domain/freshness/days/day-deliveries.ts'
import { rollUpDay } from '#lib/domain/freshness/days/day-status.ts'
import { answeredSince } from '#lib/domain/freshness/prepare-facts.ts'
import { blindStretches, type Seen } from '#lib/domain/freshness/sight.ts'
import { END_OF_TIME, type Instant } from '#lib/domain/time/instant.ts'
import { earlierDay, type LocalDay, localDay } from '#lib/domain/time/local-day.ts'
import { type EndedDay, endedDays, since, spansByDay, startOf } from './ended-days.ts'
import { type LoadedAsset, loadFacts } from './load-facts.ts'
import type { Rebuilt, RebuiltAsset } from './rebuild-assets.ts'
import { firstDaysOf, refreshContainerDays } from './refresh-container-days.ts'
import type { Reporting } from './reporting.ts'

export interface DayRequest {
  assetId: number
  createdAt: Instant
  firstDay: LocalDay
}

/** What has just been rebuilt in the same transaction. */
export interface JustRebuilt {
  assets: readonly RebuiltAsset[]
  feeds: readonly Rebuilt[]
}

/**
 * Sums up the ended days of these assets from each one's first day on, and of the feeds and groups they count for. What is at hand of an asset just rebuilt is
 * not read again; where its days and its status stay as they were, so do those above.
 */
export async function refreshDays(sql: Sql, reporting: Reporting, requests: readonly DayRequest[], rebuilt?: JustRebuilt): Promise<void> {
  const wanted = requests.filter((request) => request.firstDay < reporting.today)
  if (wanted.length === 0) return
  const { zone } = reporting
  const days = endedDays(wanted.map(({ firstDay }) => firstDay).reduce(earlierDay), reporting)
  const atHand = new Map(rebuilt?.assets.map((asset) => [asset.subjectId, asset]))
  const written = await refreshAssetDays(sql, wanted, days, atHand)
  const differing = new Map(wanted.flatMap((request) => differsFrom(request, written, atHand, zone)))
  const feeds = await loadFeedsOfAssets(sql, [...differing.keys()])
  const feedDays = firstDaysOf(differing, feeds, zone)
  for (const { subjectId, rollUpFrom } of rebuilt?.feeds ?? []) {
    if (rollUpFrom !== null) feedDays.set(subjectId, earlierDay(localDay(rollUpFrom, zone), feedDays.get(subjectId) ?? reporting.today))
  }
  await refreshContainerDays(sql, reporting, {
    firstDays: feedDays,
    days,
    memberships: await loadPromisedAssets(sql, [...feedDays.keys()]),
  })
  const groupDays = firstDaysOf(feedDays, await loadGroupsOfFeeds(sql, [...feedDays.keys()]), zone)
  await refreshContainerDays(sql, reporting, {
    firstDays: groupDays,
    days,
    memberships: await loadFeedsOfGroups(sql, [...groupDays.keys()]),
  })
}

/** From which day on what an asset counts for is to be summed up again; empty: it says what it said before. */
function differsFrom(
  { assetId, firstDay }: DayRequest,
  written: ReadonlyMap<number, LocalDay>,
  atHand: AtHand,
  zone: string,
): [number, LocalDay][] {
  const known = atHand.get(assetId)
  const turned = known === undefined ? firstDay : known.rollUpFrom === null ? null : localDay(known.rollUpFrom, zone)
  const from = [turned, written.get(assetId) ?? null].filter((day) => day !== null)
  return from.length === 0 ? [] : [[assetId, from.reduce(earlierDay)]]
}

type AtHand = ReadonlyMap<number, RebuiltAsset>

async function refreshAssetDays(
  sql: Sql,
  requests: readonly DayRequest[],
  days: readonly EndedDay[],
  atHand: AtHand,
): Promise<Map<number, LocalDay>> {
  const wanted = requests.map(({ assetId, createdAt, firstDay }) => ({ assetId, createdAt, days: since(firstDay, days) }))
  const ids = wanted.map((w) => w.assetId)
  const facts = await factsOf(sql, wanted, atHand)
  const spans = await spansOf(sql, wanted, atHand)
  const gaps = await loadSightGaps(sql, ids, startOf(days), days.at(-1)?.end ?? END_OF_TIME)
  return storeDays(
    sql,
    wanted.flatMap(({ assetId, days: own }) => {
      const known = facts.get(assetId)
      return known === undefined ? [] : daysOfAsset(assetId, known, own, spans.get(assetId) ?? [], gaps.get(assetId) ?? [])
    }),
  )
}

interface WantedDays {
  assetId: number
  createdAt: Instant
  days: readonly EndedDay[]
}

async function factsOf(sql: Sql, wanted: readonly WantedDays[], atHand: AtHand): Promise<Map<number, LoadedAsset>> {
  const found = new Map<number, LoadedAsset>()
  for (const { assetId, days } of wanted) {
    const known = atHand.get(assetId)?.known ?? null
    if (known !== null && known.since <= deliveriesReach(known.versions, startOf(days))) found.set(assetId, known)
  }
  const missing = wanted.filter(({ assetId }) => !found.has(assetId))
  if (missing.length === 0) return found
  const versions = await loadAssetVersions(sql, missing.map(idOf))
  const reach = missing.map((w) => ({ ...w, from: deliveriesReach(versions.get(w.assetId) ?? [], startOf(w.days)) }))
  for (const [assetId, known] of await loadFacts(sql, reach, versions)) found.set(assetId, known)
  return found
}

async function spansOf(sql: Sql, wanted: readonly WantedDays[], atHand: AtHand): Promise<Map<number, readonly KnownSpan[]>> {
  const found = new Map<number, readonly KnownSpan[]>()
  for (const { assetId, days } of wanted) {
    const known = atHand.get(assetId)
    if (known !== undefined && known.from <= startOf(days)) found.set(assetId, known.restatement.after)
  }
  const missing = wanted.filter(({ assetId }) => !found.has(assetId))
  const read = missing.map(({ assetId, days }) => ({ subjectId: assetId, from: startOf(days) }))
  for (const [assetId, spans] of read.length === 0 ? [] : await loadSpans(sql, read)) found.set(assetId, spans)
  return found
}

function idOf({ assetId }: WantedDays): number {
  return assetId
}

function daysOfAsset(
  subjectId: number,
  { versions, facts }: LoadedAsset,
  days: readonly EndedDay[],
  spans: readonly KnownSpan[],
  gaps: readonly SightGap[],
): StoredDay[] {
  const seen = { probedAt: facts.probedAt, answeredSince: answeredSince(facts) }
  const closed = gaps.map((gap) => ({ from: gap.from, to: gap.to ?? END_OF_TIME }))
  const ownSpans = spansByDay(spans, days)
  const deliveriesOn = deliveriesByDay({ versions, facts })
  return days.map((day, index) => {
    const blind = closed.concat(openGapOn(versions, seen, day.end))
    const readyAt = isExpectedOn(versions, day) ? day.readyAt : null
    const { arrivals, expected, missed, late } = deliveriesOn(day)
    const counted = rollUpDay({ spans: ownSpans[index] ?? [], blind, arrivals, expected, missed, late, readyAt }, day)
    return Object.assign(counted, { subjectId })
  })
}

/** The gap that nobody has closed yet, as of the settings at the end of a day; it ends where the asset left the catalogue. */
function openGapOn(versions: readonly AssetVersion[], seen: Seen, end: Instant): { from: Instant; to: Instant }[] {
  const index = versions.findLastIndex((version) => version.from < end && version.settings !== null)
  const settings = versions[index]?.settings ?? null
  const next = versions[index + 1]
  if (settings === null) return []
  const until = next !== undefined && next.settings === null ? next.from : END_OF_TIME
  return blindStretches(settings, seen).map(({ from, to }) => ({ from, to: Math.min(to, until) }))
}
