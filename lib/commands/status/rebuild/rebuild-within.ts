import { lockAssets } from '#lib/db/catalogue/followers.ts'
import { lockSubjects, type Subject } from '#lib/db/catalogue/subjects.ts'
import type { Sql } from '#lib/db/context.ts'
import { loadReopenedDays } from '#lib/db/history/days.ts'
import {
  loadFeedsOfAssets,
  loadFeedsOfGroups,
  loadGroupsOfFeeds,
  loadPromisedAssets,
  type Membership,
} from '#lib/db/history/memberships.ts'
import { loadFeedVersions } from '#lib/db/history/versions.ts'
import { notifyChange } from '#lib/db/listen.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { localDay, startOfDay } from '#lib/domain/time/local-day.ts'
import { logChanges } from './log-changes.ts'
import { type RebuildRequest, type Rebuilt, type RebuiltAsset, rebuildAssets, startOf } from './rebuild-assets.ts'
import { rebuildFollowers } from './rebuild-followers.ts'
import { type DayRequest, refreshDays } from './refresh-days.ts'
import type { Reporting } from './reporting.ts'
import { type RollUpRequest, reachedBy, rollUpContainers } from './roll-up-containers.ts'

export interface RebuildResult {
  assets: number
  /** Changes appended to the log, rewrites included. */
  changes: number
}

export interface RebuildOptions {
  /** Feeds and groups are rolled up again even where no asset differs. */
  isThorough?: boolean
  /** The rules have changed, not the facts: what was said before is restated in silence. */
  isRewrite?: boolean
}

/**
 * Rebuilds assets, each from its own instant, and all that follows: what is as fresh as them, in the order of the lineage; their feeds, those
 * groups, ended days, the log and the outbox. Must run in a transaction, which may hold locks on assets taken by `lockAssets`, but none on
 * feeds or groups.
 */
export async function rebuildWithin(
  sql: Sql,
  reporting: Reporting,
  wanted: ReadonlyMap<number, Instant>,
  options: RebuildOptions = {},
): Promise<RebuildResult> {
  const { plain, followers } = await lockAssets(sql, [...wanted.keys()])
  if (plain.length + followers.length === 0) return { assets: 0, changes: 0 }
  const { now, today } = reporting
  const { isThorough = false } = options
  const own = plain.map((asset) => requestFor(asset, startOf(asset, wanted.get(asset.id) ?? now, reporting), reporting))
  const rebuilt = await rebuildAssets(sql, now, own, isThorough)
  const due = new Map(followers.map(({ id }) => [id, wanted.get(id) ?? now]))
  const following = await rebuildFollowers(sql, reporting, { rebuilt, due, isThorough })
  const requests = [...own, ...following.requests]
  const assets = [...rebuilt, ...following.rebuilt]
  const days = await daysToCount(sql, reporting, requests, assets)
  const touched = days.filter((day) => day.firstDay < today)
  const { feeds, groups } = await rollUpAbove(sql, now, requests, assets, touched.length > 0)
  const changes = await logChanges(sql, reporting, { assets, feeds, groups }, options.isRewrite ?? false)
  await refreshDays(sql, reporting, touched, new Map(assets.map((asset) => [asset.subjectId, asset])))
  await notifyChange(sql)
  return { assets: requests.length, changes }
}

function requestFor(asset: Subject, from: Instant, { zone, today }: Reporting): RebuildRequest {
  const day = localDay(Math.max(from, asset.createdAt), zone)
  return day < today ? { asset, from, countsFrom: startOfDay(day, zone) } : { asset, from }
}

/** From which day on each asset is counted anew: from where it is rebuilt, or earlier where something closed older deliveries. */
async function daysToCount(
  sql: Sql,
  { zone, horizon }: Reporting,
  requests: readonly RebuildRequest[],
  assets: readonly RebuiltAsset[],
): Promise<DayRequest[]> {
  const days = requests.map(({ asset: { id, createdAt }, from }) => {
    return { assetId: id, createdAt, since: from, firstDay: localDay(Math.max(from, createdAt), zone) }
  })
  const arrived = new Set(assets.filter(({ hasArrived }) => hasArrived).map(({ subjectId }) => subjectId))
  const reopened = await loadReopenedDays(
    sql,
    days.filter(({ assetId }) => arrived.has(assetId)),
    localDay(horizon, zone),
  )
  return days.map((day) => ({ ...day, firstDay: reopened.get(day.assetId) ?? day.firstDay }))
}

/** Rolls feeds and groups up where something changed. Ended days touch more of them, which are then locked in the same order. */
async function rollUpAbove(sql: Sql, now: Instant, requests: readonly RebuildRequest[], assets: readonly Rebuilt[], touchesDays: boolean) {
  const inFeeds = await loadFeedsOfAssets(
    sql,
    requests.map(({ asset }) => asset.id),
  )
  const feedIds = [...new Set(inFeeds.map((membership) => membership.containerId))]
  if (touchesDays) await lockSubjects(sql, feedIds)
  const earliest = Math.min(...requests.map((request) => request.from))
  const wanted = await feedRequests(sql, assets, inFeeds, { now, since: earliest })
  const feeds = await rollUpContainers(sql, now, wanted, assets, loadPromisedAssets)
  const changed = feeds.filter((feed) => feed.rollUpFrom !== null).map((feed) => feed.subjectId)
  const inGroups = await loadGroupsOfFeeds(sql, touchesDays ? feedIds : changed)
  if (touchesDays) await lockSubjects(sql, [...new Set(inGroups.map((membership) => membership.containerId))])
  const groups = await rollUpContainers(sql, now, reachedBy(feeds, inGroups), feeds, loadFeedsOfGroups)
  return { feeds, groups }
}

/** The feeds that changed assets count for, and those that themselves came, went or moved since. */
async function feedRequests(
  sql: Sql,
  assets: readonly Rebuilt[],
  memberships: readonly Membership[],
  { now, since }: { now: Instant; since: Instant },
): Promise<RollUpRequest[]> {
  const reached = new Map(reachedBy(assets, memberships).map((request) => [request.subjectId, request]))
  const versions = await loadFeedVersions(sql, [...new Set(memberships.map((membership) => membership.containerId))])
  for (const [subjectId, own] of versions) {
    const moved = own.find((version) => version.from >= since)?.from
    if (moved === undefined) continue
    const known = reached.get(subjectId)
    const from = Math.min(moved, known?.from ?? moved)
    reached.set(subjectId, { subjectId, from, statedUntil: known?.statedUntil ?? now, hasMoved: true })
  }
  return [...reached.values()].sort((a, b) => a.subjectId - b.subjectId)
}
