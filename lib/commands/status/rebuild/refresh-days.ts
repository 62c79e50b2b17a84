import type { Sql } from '#lib/db/context.ts'
import { loadSightGaps, type SightGap } from '#lib/db/history/blind.ts'
import { type DayCounts, loadDayCounts, type StoredDay, storeDays } from '#lib/db/history/days.ts'
import {
  loadFeedsOfAssets,
  loadFeedsOfGroups,
  loadGroupsOfFeeds,
  loadPromisedAssets,
  type Membership,
} from '#lib/db/history/memberships.ts'
import { type KnownSpan, loadSpans } from '#lib/db/history/spans.ts'
import { type AssetVersion, loadAssetVersions } from '#lib/db/history/versions.ts'
import { deliveriesOn, deliveriesReach, isExpectedOn } from '#lib/domain/freshness/days/day-deliveries.ts'
import { rollUpDay, sumUpLate } from '#lib/domain/freshness/days/day-status.ts'
import { type PreparedFacts, prepareFacts } from '#lib/domain/freshness/prepare-facts.ts'
import { blindStretches } from '#lib/domain/freshness/sight.ts'
import { END_OF_TIME, type Instant } from '#lib/domain/time/instant.ts'
import { addDays, atTimeOfDay, type DayBounds, daysFromTo, type LocalDay, startOfDay } from '#lib/domain/time/local-day.ts'
import { type LoadedAsset, loadFacts } from './load-facts.ts'
import type { RebuiltAsset } from './rebuild-assets.ts'
import type { Reporting } from './reporting.ts'

export interface DayRequest {
  assetId: number
  createdAt: Instant
  firstDay: LocalDay
}

/** What is at hand of an asset that has just been rebuilt. */
export type AtHand = ReadonlyMap<number, Pick<RebuiltAsset, 'from' | 'known' | 'restatement'>>

/**
 * Sums up the ended days of these assets from each one's first day on, and of the feeds and groups they count for; what is at hand of them is not
 * read again.
 */
export async function refreshDays(
  sql: Sql,
  reporting: Reporting,
  requests: readonly DayRequest[],
  atHand: AtHand = new Map(),
): Promise<void> {
  const wanted = requests.filter((request) => request.firstDay < reporting.today)
  if (wanted.length === 0) return
  const days = endedDays(wanted.map(({ firstDay }) => firstDay).reduce(earlier), reporting)
  await refreshAssetDays(sql, wanted, days, atHand)
  const firstDays = new Map(wanted.map((request) => [request.assetId, request.firstDay]))
  const feeds = await loadFeedsOfAssets(sql, [...firstDays.keys()])
  const feedDays = firstDaysOf(firstDays, feeds, reporting.zone)
  await refreshContainerDays(sql, feedDays, days, await loadPromisedAssets(sql, [...feedDays.keys()]))
  const groups = await loadGroupsOfFeeds(sql, [...feedDays.keys()])
  const groupDays = firstDaysOf(feedDays, groups, reporting.zone)
  await refreshContainerDays(sql, groupDays, days, await loadFeedsOfGroups(sql, [...groupDays.keys()]))
}

/** An ended day, and the instant at which it must be ready where anything is promised. */
interface EndedDay extends DayBounds {
  readyAt: Instant
}

function endedDays(firstDay: LocalDay, { today, zone, readyBy }: Reporting): EndedDay[] {
  return daysFromTo(firstDay, addDays(today, -1), zone).map((day) => ({ ...day, readyAt: atTimeOfDay(day.day, readyBy, zone) }))
}

function since(firstDay: LocalDay, days: readonly EndedDay[]): EndedDay[] {
  return days.filter(({ day }) => day >= firstDay)
}

function startOf(days: readonly EndedDay[]): Instant {
  return days[0]?.start ?? END_OF_TIME
}

function earlier(a: LocalDay, b: LocalDay): LocalDay {
  return a < b ? a : b
}

function firstDaysOf(members: ReadonlyMap<number, LocalDay>, memberships: readonly Membership[], zone: string): Map<number, LocalDay> {
  const found = new Map<number, LocalDay>()
  for (const { containerId, memberId, to } of memberships) {
    const day = members.get(memberId)
    if (day === undefined || (to !== null && to < startOfDay(day, zone))) continue
    const known = found.get(containerId)
    found.set(containerId, known === undefined ? day : earlier(day, known))
  }
  return found
}

/** Spans and days are in order. */
function spansByDay(spans: readonly KnownSpan[], days: readonly EndedDay[]): KnownSpan[][] {
  let first = 0
  return days.map(({ start, end }) => {
    while ((spans[first]?.to ?? END_OF_TIME) <= start) first += 1
    let last = first
    while ((spans[last]?.from ?? END_OF_TIME) < end) last += 1
    return spans.slice(first, last)
  })
}

async function refreshAssetDays(sql: Sql, requests: readonly DayRequest[], days: readonly EndedDay[], atHand: AtHand): Promise<void> {
  const wanted = requests.map(({ assetId, createdAt, firstDay }) => ({ assetId, createdAt, days: since(firstDay, days) }))
  const ids = wanted.map((w) => w.assetId)
  const facts = await factsOf(sql, wanted, atHand)
  const spans = await spansOf(sql, wanted, atHand)
  const gaps = await loadSightGaps(sql, ids, startOf(days), days.at(-1)?.end ?? END_OF_TIME)
  await storeDays(
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
  const prepared = prepareFacts(facts)
  const closed = gaps.map((gap) => ({ from: gap.from, to: gap.to ?? END_OF_TIME }))
  const ownSpans = spansByDay(spans, days)
  return days.map((day, index) => {
    const blind = [...closed, ...openGapOn(versions, prepared, day.end)]
    const readyAt = isExpectedOn(versions, day) ? day.readyAt : null
    return { ...rollUpDay({ ...deliveriesOn({ versions, facts }, day), spans: ownSpans[index] ?? [], blind, readyAt }, day), subjectId }
  })
}

/** The gap that nobody has closed yet, as of the settings at the end of a day; it ends where the asset left the catalogue. */
function openGapOn(versions: readonly AssetVersion[], facts: PreparedFacts, end: Instant): { from: Instant; to: Instant }[] {
  const index = versions.findLastIndex((version) => version.from < end && version.settings !== null)
  const settings = versions[index]?.settings ?? null
  const next = versions[index + 1]
  if (settings === null) return []
  const until = next !== undefined && next.settings === null ? next.from : END_OF_TIME
  return blindStretches(settings, facts).map(({ from, to }) => ({ from, to: Math.min(to, until) }))
}

/** Spans of their own, gaps of everything below, and the sums of what their members counted. */
async function refreshContainerDays(
  sql: Sql,
  firstDays: ReadonlyMap<number, LocalDay>,
  days: readonly EndedDay[],
  memberships: readonly Membership[],
): Promise<void> {
  if (firstDays.size === 0) return
  const wanted = [...firstDays].map(([subjectId, firstDay]) => ({ subjectId, days: since(firstDay, days) }))
  const spans = await loadSpans(
    sql,
    wanted.map(({ subjectId, days: own }) => ({ subjectId, from: startOf(own) })),
  )
  const firstDay = [...firstDays.values()].reduce(earlier)
  const counts = await loadDayCounts(sql, [...new Set(memberships.map((m) => m.memberId))], firstDay, days.at(-1)?.day ?? firstDay)
  const members = Map.groupBy(memberships, (membership) => membership.containerId)
  const rows = wanted.flatMap(({ subjectId, days: own }) => {
    const ownSpans = spansByDay(spans.get(subjectId) ?? [], own)
    return own.map((day, index) => {
      const present = new Set(
        (members.get(subjectId) ?? []).filter((m) => m.from < day.end && (m.to === null || m.to > day.start)).map((m) => m.memberId),
      )
      const found = [...present].flatMap((id) => counts.get(`${id} ${day.day}`) ?? [])
      const readyAt = found.some((one) => one.isExpected) ? day.readyAt : null
      const input = { spans: ownSpans[index] ?? [], blind: [], arrivals: [], expected: [], missed: [], readyAt }
      return { ...rollUpDay(input, day), ...sumOf(found), subjectId }
    })
  })
  await storeDays(sql, rows)
}

function sumOf(counts: readonly DayCounts[]) {
  const sum = { arrivals: 0, expected: 0, missed: 0, cameLate: 0, blindSeconds: 0 }
  for (const one of counts) {
    sum.arrivals += one.arrivals
    sum.expected += one.expected
    sum.missed += one.missed
    sum.cameLate += one.cameLate
    sum.blindSeconds = Math.max(sum.blindSeconds, one.blindSeconds)
  }
  return { ...sumUpLate(counts.flatMap((one) => one.lateDeliveries)), ...sum }
}
