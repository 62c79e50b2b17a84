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
import { enqueueReady } from '#lib/db/messages/ready.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { boundsOfDay, localDay, startOfDay } from '#lib/domain/time/local-day.ts'
import { logChanges } from './log-changes.ts'
import { type Reach, type RebuildRequest, type Rebuilt, type RebuiltAsset, rebuildAssets, startOf } from './rebuild-assets.ts'
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
  /** How far up it looks for each asset; by default wherever something differs or has been moved. */
  reachOf?: (assetId: number) => Reach
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
  const { reachOf = () => 'moved' } = options
  const own = plain.map((asset) => requestFor(asset, wanted.get(asset.id) ?? now, reporting, reachOf(asset.id)))
  const rebuilt = await rebuildAssets(sql, now, own)
  const due = new Map(followers.map(({ id }) => [id, wanted.get(id) ?? now]))
  const following = await rebuildFollowers(sql, reporting, { rebuilt, due, reachOf })
  const requests = [...own, ...following.requests]
  const assets = [...rebuilt, ...following.rebuilt]
  const days = await daysToCount(sql, reporting, requests, assets)
  const touched = days.filter((day) => day.firstDay < today)
  const { feeds, groups } = await rollUpAbove(sql, now, requests, assets, touched.length > 0)
  await enqueueReady(sql, now, boundsOfDay(today, reporting.zone), reporting.readyFor, arrivedIn(assets))
  const changes = await logChanges(sql, reporting, { assets, feeds, groups }, options.isRewrite ?? false)
  await refreshDays(sql, reporting, touched, { assets, feeds })
  await notifyChange(sql)
  return { assets: requests.length, changes }
}

function requestFor(asset: Subject, wanted: Instant, reporting: Reporting, reach: Reach): RebuildRequest {
  const { zone, today } = reporting
  const from = startOf(asset, wanted, reporting)
  const day = localDay(Math.max(from, asset.createdAt), zone)
  return day < today ? { asset, from, reach, countsFrom: startOfDay(day, zone) } : { asset, from, reach }
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
  const arrived = new Set(arrivedIn(assets))
  const reopened = await loadReopenedDays(
    sql,
    days.filter(({ assetId }) => arrived.has(assetId)),
    localDay(horizon, zone),
  )
  return days.map((day) => ({ ...day, firstDay: reopened.get(day.assetId) ?? day.firstDay }))
}

function arrivedIn(assets: readonly RebuiltAsset[]): number[] {
  return assets.filter(({ hasArrived }) => hasArrived).map(({ subjectId }) => subjectId)
}

/** Rolls feeds and groups up where something changed. Ended days touch more of them, which are then locked in the same order. */
async function rollUpAbove(sql: Sql, now: Instant, requests: readonly RebuildRequest[], assets: readonly Rebuilt[], touchesDays: boolean) {
  const inFeeds = await loadFeedsOfAssets(
    sql,
    requests.map(({ asset }) => asset.id),
  )
  const feedIds = [...new Set(inFeeds.map((membership) => membership.containerId))]
  if (touchesDays) await lockSubjects(sql, feedIds)
  const wanted = await feedRequests(sql, now, requests, assets, inFeeds)
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
  now: Instant,
  requests: readonly RebuildRequest[],
  assets: readonly Rebuilt[],
  memberships: readonly Membership[],
): Promise<RollUpRequest[]> {
  const reached = new Map(reachedBy(assets, memberships).map((request) => [request.subjectId, request]))
  const since = Math.min(...requests.map((request) => request.from))
  const looking = new Set(requests.filter(({ reach }) => reach !== 'differing').map(({ asset }) => asset.id))
  const lookedAt = memberships.filter(({ memberId }) => looking.has(memberId)).map(({ containerId }) => containerId)
  const versions = await loadFeedVersions(sql, [...new Set(lookedAt)])
  for (const [subjectId, own] of versions) {
    const moved = own.find((version) => version.from >= since)?.from
    if (moved === undefined) continue
    const known = reached.get(subjectId)
    const from = Math.min(moved, known?.from ?? moved)
    reached.set(subjectId, { subjectId, from, statedUntil: known?.statedUntil ?? now, hasMoved: true })
  }
  return [...reached.values()].sort((a, b) => a.subjectId - b.subjectId)
}
