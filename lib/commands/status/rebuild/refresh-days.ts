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
import { loadSpans, type StoredSpan } from '#lib/db/history/spans.ts'
import { type AssetVersion, loadAssetVersions } from '#lib/db/history/versions.ts'
import { deliveriesOn, deliveriesReach, isExpectedOn } from '#lib/domain/freshness/deliveries/day-deliveries.ts'
import { rollUpDay, sumUpLate } from '#lib/domain/freshness/deliveries/day-status.ts'
import { type PreparedFacts, prepareFacts } from '#lib/domain/freshness/prepare-facts.ts'
import { blindStretches } from '#lib/domain/freshness/sight.ts'
import { END_OF_TIME, type Instant } from '#lib/domain/time/instant.ts'
import { addDays, atTimeOfDay, daysBetween, endOfDay, type LocalDay, startOfDay } from '#lib/domain/time/local-day.ts'
import { loadFacts } from './load-facts.ts'
import type { Reporting } from './reporting.ts'

/** An asset, and the first ended day to be summed up anew. */
export interface DayRequest {
  assetId: number
  createdAt: Instant
  firstDay: LocalDay
}

/** Sums up the ended days of these assets from each one's first day on, and of the feeds and groups they count for. */
export async function refreshDays(sql: Sql, reporting: Reporting, requests: readonly DayRequest[]): Promise<void> {
  const lastDay = addDays(reporting.today, -1)
  const wanted = requests.filter((request) => request.firstDay <= lastDay)
  if (wanted.length === 0) return
  const firstDays = new Map(wanted.map((request) => [request.assetId, request.firstDay]))
  await refreshAssetDays(sql, reporting, wanted, lastDay)
  const feeds = await loadFeedsOfAssets(sql, [...firstDays.keys()])
  const feedDays = firstDaysOf(firstDays, feeds, reporting.zone)
  await refreshContainerDays(sql, reporting, feedDays, lastDay, await loadPromisedAssets(sql, [...feedDays.keys()]))
  const groups = await loadGroupsOfFeeds(sql, [...feedDays.keys()])
  const groupDays = firstDaysOf(feedDays, groups, reporting.zone)
  await refreshContainerDays(sql, reporting, groupDays, lastDay, await loadFeedsOfGroups(sql, [...groupDays.keys()]))
}

function daysOf(firstDay: LocalDay, lastDay: LocalDay): LocalDay[] {
  return Array.from({ length: daysBetween(firstDay, lastDay) + 1 }, (_, n) => addDays(firstDay, n))
}

function firstDaysOf(members: ReadonlyMap<number, LocalDay>, memberships: readonly Membership[], zone: string): Map<number, LocalDay> {
  const found = new Map<number, LocalDay>()
  for (const { containerId, memberId, to } of memberships) {
    const day = members.get(memberId)
    if (day === undefined || (to !== null && to < startOfDay(day, zone))) continue
    const known = found.get(containerId)
    found.set(containerId, known === undefined || day < known ? day : known)
  }
  return found
}

/** The spans of each day of a row of days; both are in order. */
function spansByDay(spans: readonly StoredSpan[], days: readonly LocalDay[], zone: string): StoredSpan[][] {
  let first = 0
  return days.map((day) => {
    const start = startOfDay(day, zone)
    const end = endOfDay(day, zone)
    while ((spans[first]?.to ?? END_OF_TIME) <= start) first += 1
    let last = first
    while ((spans[last]?.from ?? END_OF_TIME) < end) last += 1
    return spans.slice(first, last)
  })
}

function closed(gaps: readonly SightGap[]): { from: Instant; to: Instant }[] {
  return gaps.map((gap) => ({ from: gap.from, to: gap.to ?? END_OF_TIME }))
}

async function refreshAssetDays(sql: Sql, { zone, readyBy }: Reporting, wanted: readonly DayRequest[], lastDay: LocalDay): Promise<void> {
  const from = wanted.map((w) => ({ ...w, subjectId: w.assetId, from: startOfDay(w.firstDay, zone) }))
  const ids = wanted.map((w) => w.assetId)
  const earliest = Math.min(...from.map((w) => w.from))
  const versions = await loadAssetVersions(sql, ids)
  const facts = await loadFacts(
    sql,
    from.map((w) => ({ ...w, from: deliveriesReach(versions.get(w.assetId) ?? [], w.from) })),
  )
  const spans = await loadSpans(sql, from)
  const gaps = await loadSightGaps(sql, ids, earliest, endOfDay(lastDay, zone))
  const rows: StoredDay[] = []
  for (const { assetId, firstDay } of wanted) {
    const own = facts.get(assetId)
    if (own === undefined) continue
    const prepared = prepareFacts(own.facts)
    const days = daysOf(firstDay, lastDay)
    const ownSpans = spansByDay(spans.get(assetId) ?? [], days, zone)
    for (const [index, day] of days.entries()) {
      const delivered = deliveriesOn(own, day, zone)
      const readyAt = isExpectedOn(own.versions, day, zone) ? atTimeOfDay(day, readyBy, zone) : null
      const blind = [...closed(gaps.get(assetId) ?? []), ...openGapOn(own.versions, prepared, endOfDay(day, zone))]
      const input = { ...delivered, spans: ownSpans[index] ?? [], blind, readyAt }
      rows.push({ ...rollUpDay(input, day, zone, END_OF_TIME), subjectId: assetId })
    }
  }
  await storeDays(sql, rows)
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
  { zone, readyBy }: Reporting,
  firstDays: ReadonlyMap<number, LocalDay>,
  lastDay: LocalDay,
  memberships: readonly Membership[],
): Promise<void> {
  const ids = [...firstDays.keys()]
  if (ids.length === 0) return
  const firstDay = [...firstDays.values()].reduce((a, b) => (a < b ? a : b))
  const spans: Map<number, StoredSpan[]> = await loadSpans(
    sql,
    [...firstDays].map(([subjectId, day]) => ({ subjectId, from: startOfDay(day, zone) })),
  )
  const counts = await loadDayCounts(sql, [...new Set(memberships.map((m) => m.memberId))], firstDay, lastDay)
  const members = Map.groupBy(memberships, (membership) => membership.containerId)
  const rows: StoredDay[] = []
  for (const [subjectId, first] of firstDays) {
    const days = daysOf(first, lastDay)
    const ownSpans = spansByDay(spans.get(subjectId) ?? [], days, zone)
    for (const [index, day] of days.entries()) {
      const start = startOfDay(day, zone)
      const end = endOfDay(day, zone)
      const present = new Set(
        (members.get(subjectId) ?? []).filter((m) => m.from < end && (m.to === null || m.to > start)).map((m) => m.memberId),
      )
      const found = [...present].flatMap((id) => counts.get(`${id} ${day}`) ?? [])
      const readyAt = found.some((one) => one.isExpected) ? atTimeOfDay(day, readyBy, zone) : null
      const input = { spans: ownSpans[index] ?? [], blind: [], arrivals: [], expected: [], missed: [], readyAt }
      rows.push({ ...rollUpDay(input, day, zone, END_OF_TIME), ...sumOf(found), subjectId })
    }
  }
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
