import { rebuildWithin } from '#lib/commands/status/rebuild/rebuild-within.ts'
import { loadReporting } from '#lib/commands/status/rebuild/reporting.ts'
import type { Observation } from '#lib/connectors/kit/connector.ts'
import {
  listConnectionAssets,
  lockWatchedAssets,
  type StoredObservation,
  storeNextChanges,
  type WatchedAsset,
} from '#lib/db/catalogue/assets.ts'
import { lockConnection, noteConnectionOk } from '#lib/db/catalogue/connections.ts'
import { lockAssets } from '#lib/db/catalogue/followers.ts'
import { type BadProbe, storeBadProbes, storeGoodProbes } from '#lib/db/catalogue/stored-looks.ts'
import { type Context, type Sql, withTransaction } from '#lib/db/context.ts'
import { insertArrivals, loadLatestSeen, type NewArrival } from '#lib/db/history/arrivals.ts'
import { type ClosedGap, closeConnectionGap, insertAssetGaps } from '#lib/db/history/blind.ts'
import { insertKeyReadings, loadKeyReadings } from '#lib/db/history/key-readings.ts'
import { noteGoneUntil } from '#lib/db/history/lasting-answers.ts'
import { loadOwnLoads, type OwnLoads } from '#lib/db/history/run-outcomes.ts'
import { diffKeys, type KeyReading } from '#lib/domain/coverage/key-reading.ts'
import { effectiveAt } from '#lib/domain/freshness/clock-history.ts'
import type { Arrival } from '#lib/domain/freshness/facts.ts'
import { isBroken } from '#lib/domain/freshness/status.ts'
import { diffReadings } from '#lib/domain/freshness/witnesses/diff-readings.ts'
import { connectionWitness, type Witness } from '#lib/domain/freshness/witnesses/witness.ts'
import { END_OF_TIME, type Instant } from '#lib/domain/time/instant.ts'
import { answerChanges, compareAnswers, type HeardOf, isSeenAgain, logAnswers } from './compare-answers.ts'
import { recordSameLooks } from './record-same-looks.ts'

export interface RecordResult {
  seen: number
  failed: number
  arrivals: number
}

type GoodLook = Extract<Observation, { ok: true }>

interface Told {
  asset: WatchedAsset
  look: GoodLook
  observation: StoredObservation
  arrivals: Arrival[]
  keys: KeyReading[]
}

/**
 * Records one round of looks through a connection: clocks that changed, that we can see again, and what failed. The statuses follow
 * in the same transaction. Looks older than what is known, and at assets the connection does not have, are ignored.
 */
export async function recordObservations(
  ctx: Context,
  connectionKey: string,
  lookedAt: Instant,
  observations: readonly Observation[],
): Promise<RecordResult> {
  const rest = await recordSameLooks(ctx, connectionKey, lookedAt, observations)
  const same = observations.length - rest.length
  if (same > 0 && rest.length === 0) return { seen: same, failed: 0, arrivals: 0 }
  const recorded = await recordLooks(ctx, connectionKey, lookedAt, rest)
  return { ...recorded, seen: recorded.seen + same }
}

function recordLooks(ctx: Context, connectionKey: string, lookedAt: Instant, observations: readonly Observation[]): Promise<RecordResult> {
  return withTransaction(ctx, async (sql) => {
    const now = ctx.clock.now()
    const at = Math.min(lookedAt, now)
    if ((await lockConnection(sql, connectionKey)) === undefined) return { seen: 0, failed: 0, arrivals: 0 }
    const restated = await noteWeGotIn(sql, connectionKey, at)
    const byKey = new Map(observations.map((observation) => [observation.assetKey, observation]))
    const assets = await lockWatchedAssets(sql, connectionKey, [...byKey.keys()])
    const told = await tell(sql, connectionWitness(connectionKey), assets, byKey, at)
    const failed = assets.flatMap((asset) => badLook(asset, byKey.get(asset.key)))
    await storeGoodProbes(
      sql,
      at,
      told.map(({ asset, observation }) => ({ assetId: asset.assetId, observation })),
    )
    await storeBadProbes(sql, at, failed)
    const arrivals = told.flatMap(toNewArrivals)
    await insertArrivals(sql, arrivals)
    await insertKeyReadings(
      sql,
      told.flatMap(({ asset: { assetId }, keys }) => keys.map((one) => ({ ...one, assetId }))),
    )
    await insertAssetGaps(
      sql,
      told.flatMap(({ asset }) => closedGaps(asset, at, restated !== null)),
    )
    const heard = await compareAnswers(sql, assets, byKey, at)
    await settleStatuses(sql, { now, at, told, heard, restated })
    logAnswers(ctx.log, heard)
    return { seen: told.length, failed: failed.length, arrivals: arrivals.length }
  })
}

/** The connection is up; when it was declared down, all its assets are locked, because their statuses said so. */
async function noteWeGotIn(sql: Sql, connectionKey: string, at: Instant): Promise<{ assetIds: number[]; from: Instant } | null> {
  await noteGoneUntil(sql, connectionKey, at)
  await noteConnectionOk(sql, connectionKey, at)
  const from = await closeConnectionGap(sql, connectionKey, at)
  if (from === null) return null
  const assetIds = await listConnectionAssets(sql, connectionKey)
  await lockAssets(sql, assetIds)
  return { assetIds, from }
}

async function tell(
  sql: Sql,
  witness: Witness,
  assets: readonly WatchedAsset[],
  looks: ReadonlyMap<string, Observation>,
  at: Instant,
): Promise<Told[]> {
  const good = assets.flatMap((asset) => {
    const look = looks.get(asset.key)
    return look === undefined || !look.ok || (asset.probedAt !== null && at < asset.probedAt) ? [] : [{ asset, look }]
  })
  const clocks = good.flatMap(({ asset, look }) => look.readings.map(({ clock }) => ({ assetId: asset.assetId, clock })))
  const known = await loadLatestSeen(sql, witness, clocks)
  const keyed = good.filter(({ look }) => look.keys !== undefined).map(({ asset: { assetId } }) => ({ assetId, from: at }))
  const knownKeys = await loadKeyReadings(sql, keyed)
  const told = good.map(({ asset, look }): Told => {
    const { readings, rows, evidence, state, warnings } = look
    const arrivals = diffReadings(known.get(asset.assetId) ?? {}, readings, { lookedAt: at, witness, rows })
    const keys = look.keys === undefined ? [] : diffKeys(knownKeys.get(asset.assetId) ?? [], look.keys, at)
    return { asset, look, observation: { lookedAt: at, readings, rows, evidence, state, warnings }, arrivals, keys }
  })
  const loads = await loadOwnLoads(
    sql,
    told.flatMap(({ asset, arrivals }) => (arrivals.some(hasLessThanBefore) ? [asset.assetId] : [])),
  )
  return told.map((one) => {
    const arrivals = one.arrivals.flatMap((arrival) => explain(arrival, one.asset, loads))
    const isWithheld = arrivals.length < one.arrivals.length
    return { ...one, arrivals, observation: { ...one.observation, ...(isWithheld && { isWithheld }) } }
  })
}

/** The newest rows have gone, others are left. */
function hasLessThanBefore({ clock, kind, at }: Arrival): boolean {
  return clock === 'writtenAt' && kind === 'correction' && at !== null
}

/**
 * A load of ours may have taken the newest rows away: then the clock went back with that load, which stands. While one is under way
 * nothing can be told; the next look decides.
 */
function explain(arrival: Arrival, { assetId, probedAt }: WatchedAsset, loads: ReadonlyMap<number, OwnLoads>): Arrival[] {
  const own = hasLessThanBefore(arrival) ? loads.get(assetId) : undefined
  if (own === undefined) return [arrival]
  if (own.isUnderWay) return []
  if (own.loadedAt === null || probedAt === null || own.loadedAt <= probedAt) return [arrival]
  return [{ ...arrival, recordedAt: own.loadedAt, happenedAt: own.loadedAt }]
}

function badLook(asset: WatchedAsset, look: Observation | undefined): BadProbe[] {
  return look === undefined || look.ok ? [] : [{ assetId: asset.assetId, problem: look.publicMessage, state: look.state }]
}

function toNewArrivals({ asset, look, arrivals }: Told): NewArrival[] {
  const own = new Map(look.readings.map(({ clock, evidence }) => [clock, evidence]))
  return arrivals.map((arrival) => ({
    ...arrival,
    assetId: asset.assetId,
    evidence: own.get(arrival.clock) ?? look.evidence,
    runId: null,
  }))
}

/** The blind stretches that this probe ends, before and after the time that an answer that lasts explains. */
function closedGaps(asset: WatchedAsset, at: Instant, wasUnreachable: boolean): ClosedGap[] {
  const { assetId, answeredSince, blindAfterMs } = asset
  const from = blindAt(asset, at)
  if (from === null) return []
  const reason = wasUnreachable ? 'source-unreachable' : 'probe-failed'
  if (answeredSince === null) return [{ assetId, from, to: at, reason }]
  const before = { assetId, from, to: Math.min(answeredSince.from, at), reason } as const
  const after = { assetId, from: Math.max(from, answeredSince.seenAt + (blindAfterMs ?? END_OF_TIME)), to: at, reason } as const
  return [before, after]
}

/** Since when we were blind, by the settings now or then; null: we were not. */
function blindAt({ blindFrom, blindSince }: WatchedAsset, now: Instant): Instant | null {
  const present = blindFrom !== null && blindFrom < now ? blindFrom : null
  return present === null || blindSince === null ? (present ?? blindSince) : Math.min(present, blindSince)
}

interface Recorded {
  now: Instant
  at: Instant
  told: readonly Told[]
  heard: readonly HeardOf[]
  restated: { assetIds: number[]; from: Instant } | null
}

/** Rebuilds what a look changed; where it only proved that we can see, or that it is still gone, the next change moves on. */
async function settleStatuses(sql: Sql, { now, at, told, heard, restated }: Recorded): Promise<void> {
  const from = new Map<number, Instant>(restated?.assetIds.map((id) => [id, restated.from]))
  const changes = [
    ...heard.map((one) => ({ asset: one.asset, since: answerChanges(one, now), isSeen: isSeenAgain(one) })),
    ...told.map((one) => ({ asset: one.asset, since: changedSince(one, now), isSeen: true })),
  ]
  for (const { asset, since } of changes) {
    if (since !== null) from.set(asset.assetId, Math.min(since, from.get(asset.assetId) ?? since))
  }
  const moved = changes.flatMap(({ asset, isSeen }) =>
    isSeen && !from.has(asset.assetId) ? [{ assetId: asset.assetId, nextChangeAt: nextChangeOf(asset, at) }] : [],
  )
  await storeNextChanges(sql, moved)
  if (from.size > 0) await rebuildWithin(sql, await loadReporting(sql, now), from)
}

/** From when on the statuses must be rebuilt because of this probe; null: not at all. A first probe counts for all the time before. */
function changedSince({ asset, arrivals, keys }: Told, now: Instant): Instant | null {
  if (asset.probedAt === null) return 0
  let since = Math.min(END_OF_TIME, ...arrivals.map(effectiveAt), ...keys.map(({ countsFrom }) => countsFrom))
  since = Math.min(since, blindAt(asset, now + 1) ?? since)
  if (asset.nextChangeAt !== null && asset.nextChangeAt <= now) since = Math.min(since, asset.nextChangeAt)
  return since === END_OF_TIME ? null : since
}

/** What is late or stale stays so when we go blind; everything else turns unknown. */
function nextChangeOf({ status, blindAfterMs, sightedChangeAt }: WatchedAsset, at: Instant): Instant | null {
  if (blindAfterMs === null) return sightedChangeAt
  const blindFrom = at + blindAfterMs
  if (sightedChangeAt !== null && sightedChangeAt <= blindFrom) return sightedChangeAt
  return isBroken(status) ? null : blindFrom
}
