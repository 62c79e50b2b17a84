import { type AssetPlace, loadAssetPlaces } from '#lib/db/catalogue/assets.ts'
import { loadProbedAt } from '#lib/db/catalogue/sight.ts'
import type { Sql } from '#lib/db/context.ts'
import { loadArrivals } from '#lib/db/history/arrivals.ts'
import { loadOpenGaps } from '#lib/db/history/blind.ts'
import { loadContractBreaks } from '#lib/db/history/contract-breaks.ts'
import { loadJobOutcomes, outcomesFor } from '#lib/db/history/job-outcomes.ts'
import { loadKeyReadings } from '#lib/db/history/key-readings.ts'
import { loadLastingAnswers } from '#lib/db/history/lasting-answers.ts'
import { loadFeedsOfAssets, loadGroupsOfFeeds, type Membership } from '#lib/db/history/memberships.ts'
import { loadRunOutcomes } from '#lib/db/history/run-outcomes.ts'
import type { AssetVersion } from '#lib/db/history/versions.ts'
import { loadWindows, type StoredWindow } from '#lib/db/history/windows.ts'
import type { AssetFacts, MaintenanceWindow, RunOutcome } from '#lib/domain/freshness/facts.ts'
import { workParts } from '#lib/domain/freshness/maintenance-windows.ts'
import { NEVER } from '#lib/domain/freshness/policies/policy-kind.ts'
import { isSince } from '#lib/domain/freshness/prepare-facts.ts'
import type { Instant } from '#lib/domain/time/instant.ts'

export interface WantedFacts {
  assetId: number
  createdAt: Instant
  from: Instant
}

export interface LoadedAsset {
  versions: AssetVersion[]
  facts: AssetFacts
  /** From when on the facts are whole: what went on at the instant asked for is judged by what was so at its beginning. */
  since: Instant
}

/**
 * Loads what decides the status of these assets under these settings, each from its own instant on, in a handful of statements. For the status only, what is just
 * as fresh as what it is made from needs no arrivals.
 */
export async function loadFacts(
  sql: Sql,
  wanted: readonly WantedFacts[],
  versions: ReadonlyMap<number, AssetVersion[]>,
  { onlyStatus = false }: { onlyStatus?: boolean } = {},
): Promise<Map<number, LoadedAsset>> {
  const ids = wanted.map((w) => w.assetId)
  const probedAt = await loadProbedAt(sql, ids)
  const gaps = await loadOpenGaps(sql, ids)
  const lasting = await loadLastingAnswers(sql, ids)
  const windows = await loadAssetWindows(sql, ids)
  const breaks = await loadContractBreaks(sql, ids)
  const reach = wanted.map((w) => ({
    assetId: w.assetId,
    from: reachBack(w.from, versions.get(w.assetId) ?? [], {
      probedAt: probedAt.get(w.assetId) ?? null,
      lasting: lasting.get(w.assetId) ?? [],
      windows: windows.get(w.assetId) ?? [],
    }),
  }))
  const since = new Map(reach.map(({ assetId, from }) => [assetId, from]))
  const clocked = onlyStatus ? reach.filter(({ assetId }) => (versions.get(assetId) ?? []).some(asksForAClock)) : reach
  const arrivals = await loadArrivals(sql, clocked)
  const runs = await loadRuns(sql, clocked, versions)
  const keys = await loadKeyReadings(
    sql,
    clocked.filter(({ assetId }) => (versions.get(assetId) ?? []).some(({ settings }) => settings?.expect != null)),
  )
  return new Map(
    wanted.map((w) => [
      w.assetId,
      {
        versions: versions.get(w.assetId) ?? [],
        since: since.get(w.assetId) ?? w.from,
        facts: {
          createdAt: w.createdAt,
          arrivals: arrivals.get(w.assetId) ?? [],
          runs: runs.get(w.assetId) ?? [],
          probedAt: probedAt.get(w.assetId) ?? null,
          blind: gaps.get(w.assetId) ?? [],
          lasting: lasting.get(w.assetId) ?? [],
          windows: windows.get(w.assetId) ?? [],
          breaks: breaks.get(w.assetId) ?? [],
          keys: keys.get(w.assetId) ?? [],
        },
      },
    ]),
  )
}

/** Whether its arrivals are read for the status, too. */
export function asksForAClock({ settings }: AssetVersion): boolean {
  return settings?.policies.some(({ kind }) => kind !== 'upstream') ?? false
}

/** A window, a blindness or an answer that began before `from` judges by what was so at its beginning. */
function reachBack(
  from: Instant,
  versions: readonly AssetVersion[],
  { probedAt, lasting, windows }: Pick<AssetFacts, 'probedAt' | 'lasting' | 'windows'>,
): Instant {
  let reach = from
  for (const part of workParts(windows)) if (part.from <= from && from < part.to) reach = Math.min(reach, part.workFrom - 1)
  for (const answer of lasting) if (answer.from <= reach && reach < (answer.to ?? NEVER)) reach = answer.from
  const seenAt = [...(probedAt === null ? [] : [probedAt]), ...lasting.filter((one) => isSince(one, probedAt)).map((one) => one.seenAt)]
  const patience = versions.flatMap(({ settings }) => settings?.blindAfterMs ?? [])
  return Math.min(reach, ...seenAt.flatMap((at) => patience.map((blindAfterMs) => at + blindAfterMs)))
}

function push<K, V>(lists: Map<K, V[]>, key: K, value: V): void {
  const list = lists.get(key)
  if (list === undefined) lists.set(key, [value])
  else list.push(value)
}

/** The windows of each asset: its own, and those of the feeds and groups it belonged to while it did. */
async function loadAssetWindows(sql: Sql, assetIds: readonly number[]): Promise<Map<number, MaintenanceWindow[]>> {
  const windows = await loadWindows(sql)
  const found = new Map<number, MaintenanceWindow[]>()
  if (windows.length === 0) return found
  const feeds = await loadFeedsOfAssets(sql, assetIds)
  const groups = await loadGroupsOfFeeds(sql, [...new Set(feeds.map((m) => m.containerId))])
  const groupsOfFeed = new Map<number, Membership[]>()
  for (const group of groups) push(groupsOfFeed, group.memberId, group)
  const ids = new Set(assetIds)
  for (const window of windows) {
    for (const id of directlyCovered(window, ids)) push(found, id, toFact(window, window.from, window.to))
    for (const feed of feeds) {
      for (const stretch of coveredStretches(window, feed, groupsOfFeed.get(feed.containerId) ?? [])) push(found, feed.memberId, stretch)
    }
  }
  return found
}

function directlyCovered({ subjectId }: StoredWindow, assetIds: ReadonlySet<number>): Iterable<number> {
  if (subjectId === null) return assetIds
  return assetIds.has(subjectId) ? [subjectId] : []
}

function toFact(window: StoredWindow, from: Instant, to: Instant | null): MaintenanceWindow {
  return { from, to, kind: window.kind }
}

function coveredStretches(window: StoredWindow, feed: Membership, groups: readonly Membership[]): MaintenanceWindow[] {
  if (window.subjectId === feed.containerId) return overlap(window, [feed])
  return groups.filter((group) => group.containerId === window.subjectId).flatMap((group) => overlap(window, [feed, group]))
}

function overlap(window: StoredWindow, memberships: readonly Membership[]): MaintenanceWindow[] {
  const from = Math.max(window.from, ...memberships.map((m) => m.from))
  const to = Math.min(window.to ?? Number.POSITIVE_INFINITY, ...memberships.map((m) => m.to ?? Number.POSITIVE_INFINITY))
  return from < to ? [toFact(window, from, Number.isFinite(to) ? to : null)] : []
}

/** Of each asset, the runs that started while their flow, or another system's job, wrote it. */
async function loadRuns(
  sql: Sql,
  reach: readonly { assetId: number; from: Instant }[],
  versions: ReadonlyMap<number, AssetVersion[]>,
): Promise<Map<number, RunOutcome[]>> {
  const ofFlows = writersOf(reach, versions, 'flow')
  const ofJobs = writersOf(reach, versions, 'job')
  const runs = await loadRunOutcomes(
    sql,
    ofFlows.map(([flow, from]) => ({ flow, from })),
  )
  const outcomes = await loadJobOutcomes(
    sql,
    ofJobs.map(([job, from]) => ({ job, from })),
  )
  const places =
    outcomes.size === 0
      ? new Map<number, AssetPlace>()
      : await loadAssetPlaces(
          sql,
          reach.map(({ assetId }) => assetId),
        )
  const found = new Map<number, RunOutcome[]>()
  for (const { assetId } of reach) {
    const own = versions.get(assetId) ?? []
    const place = places.get(assetId)
    const list = [
      ...during(own, 'flow', (flow) => runs.get(flow)),
      ...during(own, 'job', (job) => place && outcomesFor(outcomes.get(job) ?? [], { job, ...place })),
    ]
    if (list.length > 0) found.set(assetId, list)
  }
  return found
}

type Writer = 'flow' | 'job'

/** Each writer that these assets have or had, with the instant from which its runs are wanted. */
function writersOf(
  reach: readonly { assetId: number; from: Instant }[],
  versions: ReadonlyMap<number, AssetVersion[]>,
  kind: Writer,
): [string, Instant][] {
  const since = new Map<string, Instant>()
  for (const { assetId, from } of reach) {
    for (const name of namesOf(versions.get(assetId) ?? [], kind)) since.set(name, Math.min(since.get(name) ?? from, from))
  }
  return [...since]
}

function during(
  versions: readonly AssetVersion[],
  kind: Writer,
  runsOf: (name: string) => readonly RunOutcome[] | undefined,
): RunOutcome[] {
  return namesOf(versions, kind).flatMap((name) => (runsOf(name) ?? []).filter((run) => writerAt(versions, kind, run.startedAt) === name))
}

function namesOf(versions: readonly AssetVersion[], kind: Writer): string[] {
  return [...new Set(versions.flatMap(({ settings }) => settings?.[kind] ?? []))]
}

function writerAt(versions: readonly AssetVersion[], kind: Writer, at: Instant): string | null {
  return versions.findLast((version) => version.from <= at)?.settings?.[kind] ?? null
}
