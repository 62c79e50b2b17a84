import { rebuildWithin } from '#lib/commands/status/rebuild/rebuild-within.ts'
import { loadReporting } from '#lib/commands/status/rebuild/reporting.ts'
import { lockConnection } from '#lib/db/catalogue/connections.ts'
import { lockAssets } from '#lib/db/catalogue/followers.ts'
import { type Context, type Sql, withTransaction } from '#lib/db/context.ts'
import { insertArrivals, type NewArrival } from '#lib/db/history/arrivals.ts'
import { listAssetsOfJobs, type WrittenByJob } from '#lib/db/history/job-outcomes.ts'
import { noteWritten } from '#lib/db/history/lasting-answers.ts'
import {
  listUntoldLoads,
  listVanishedRuns,
  loadExternalRuns,
  noteExternalRunsSeen,
  noteRunsListed,
  type StoredExternalRun,
  storeExternalRuns,
  takeBackArrivals,
} from '#lib/db/runs/external-runs.ts'
import { storeJobNames } from '#lib/db/runs/job-names.ts'
import { connectionWitness, type Witness } from '#lib/domain/freshness/witnesses/witness.ts'
import {
  type ExternalRun,
  isChanged,
  isOutcomeChanged,
  jobKey,
  knownSince,
  mergeRuns,
  stateFor,
  type ToldRun,
  tidyRun,
  withEnd,
} from '#lib/domain/runs/external-run.ts'
import { END_OF_TIME, type Instant, MINUTE_MS } from '#lib/domain/time/instant.ts'
import { arrivalsOfExternalRun, correctionsOfExternalRun } from './run-arrivals.ts'

export interface ExternalRecorded {
  /** Runs that are new, or other than they were. */
  runs: number
  arrivals: number
  /** Runs that name no job or have no id: they cannot be kept. */
  unusable: number
}

/** Who tells it: a look at the system's own record at an instant, or an event that happened then. */
export interface Telling {
  by: Witness
  at: Instant
}

/**
 * Records runs that another system's connection tells of, and lets them count for the assets that name their jobs, as a run of ours does. Telling the same
 * again changes nothing; a run only goes forward, and of two ends that differ the later told counts: what the other moved is taken back.
 */
export function recordExternalRuns(
  ctx: Context,
  connectionKey: string,
  runs: readonly ExternalRun[],
  telling?: Telling,
): Promise<ExternalRecorded> {
  return withTransaction(ctx, async (sql) => {
    const now = ctx.clock.now()
    if ((await lockConnection(sql, connectionKey)) === undefined) return { runs: 0, arrivals: 0, unusable: 0 }
    const { by, at } = telling ?? { by: connectionWitness(connectionKey), at: now }
    const told = runs.flatMap((run) => tidyRun(run, { by, at, now }) ?? [])
    const known = await loadExternalRuns(
      sql,
      connectionKey,
      told.map(({ externalId }) => externalId),
    )
    await storeJobNames(sql, connectionKey, new Map(told.flatMap(({ job, jobName }) => (jobName == null ? [] : [[job, jobName]]))))
    await noteExternalRunsSeen(sql, connectionKey, [...known.keys()])
    const done = await settle(sql, { connectionKey, now, known, told: foldTold(known, told) })
    return { ...done, unusable: runs.length - told.length }
  })
}

/** A run that goes on and that a complete list lacks twice, at least so long apart, has gone: lists lag behind what was just begun. */
const GONE_AFTER_MS = MINUTE_MS

/**
 * Notes that a connection has listed all its runs: every one that goes on, and every one that ended since it was asked last. Runs that went on, and
 * that it no longer lists, have been cancelled as far as anybody can tell.
 */
export function recordRunsListed(
  ctx: Context,
  connectionKey: string,
  listed: { ids: readonly string[]; through: Instant | null },
): Promise<ExternalRecorded> {
  return withTransaction(ctx, async (sql) => {
    const now = ctx.clock.now()
    if ((await lockConnection(sql, connectionKey)) === undefined) return { runs: 0, arrivals: 0, unusable: 0 }
    await noteRunsListed(sql, connectionKey, now, listed.through === null ? null : Math.min(listed.through, now))
    const vanished = await listVanishedRuns(sql, connectionKey, listed.ids, now, GONE_AFTER_MS)
    const known = new Map(vanished.map((run) => [run.externalId, run]))
    const error = `${connectionKey} no longer lists this run.`
    const told = vanished.map(
      (run): ToldRun => ({ ...run, state: 'cancelled', endedAt: now, error, toldBy: connectionWitness(connectionKey), toldAt: now }),
    )
    return { ...(await settle(sql, { connectionKey, now, known, told })), unusable: 0 }
  })
}

/** What is other than it was, each run once, however often it was told. */
function foldTold(known: ReadonlyMap<string, ToldRun>, told: readonly ToldRun[]): ToldRun[] {
  const folded = new Map<string, ToldRun>()
  for (const run of told) {
    const before = folded.get(run.externalId) ?? known.get(run.externalId)
    folded.set(run.externalId, before === undefined ? run : mergeRuns(before, run))
  }
  return [...folded.values()].map(withEnd).filter((run) => isChanged(known.get(run.externalId), run))
}

interface Change {
  connectionKey: string
  now: Instant
  known: ReadonlyMap<string, StoredExternalRun>
  told: readonly ToldRun[]
}

/** Stores what changed, and carries it over into clocks and statuses. */
async function settle(sql: Sql, { connectionKey, now, known, told }: Change): Promise<Omit<ExternalRecorded, 'unusable'>> {
  const changed = (await storeExternalRuns(sql, connectionKey, told)).filter((run) => isOutcomeChanged(known.get(run.externalId), run))
  const result = { runs: told.length, arrivals: 0 }
  if (changed.length === 0) return result
  const before = changed.flatMap((run) => known.get(run.externalId) ?? [])
  const since = new Map<string, Instant>()
  for (const run of [...changed, ...before]) {
    const key = jobKey(connectionKey, run.job)
    since.set(key, Math.min(knownSince(run), since.get(key) ?? END_OF_TIME))
  }
  const written = await listAssetsOfJobs(sql, [...since.keys()])
  const from = new Map<number, Instant>()
  for (const { assetId, job } of [...written.ever, ...written.now]) {
    from.set(assetId, Math.min(since.get(job) ?? END_OF_TIME, from.get(assetId) ?? END_OF_TIME))
  }
  await lockAssets(sql, [...from.keys()])
  await takeBackArrivals(
    sql,
    before.map(({ id }) => id),
  )
  const arrivals = changed.flatMap((run) => arrivalsOn(connectionKey, run, written.now, now))
  result.arrivals = await storeArrivals(sql, arrivals, now)
  if (from.size > 0) await rebuildWithin(sql, await loadReporting(sql, now), from)
  return result
}

/** What an asset that has come to name a job is told of what the job did before: its last good run. Answers how many clocks moved. */
export function recordLoadsBefore(ctx: Context, connectionKey: string): Promise<number> {
  return withTransaction(ctx, async (sql) => {
    const now = ctx.clock.now()
    if ((await lockConnection(sql, connectionKey)) === undefined) return 0
    const loads = await listUntoldLoads(sql, connectionKey)
    if (loads.length === 0) return 0
    await lockAssets(
      sql,
      loads.map(({ asset }) => asset.assetId),
    )
    const arrivals = loads.flatMap(({ run, asset }) => arrivalsOn(connectionKey, run, [asset], now))
    const stored = await storeArrivals(sql, arrivals, now)
    await rebuildWithin(sql, await loadReporting(sql, now), new Map(loads.map(({ run, asset }) => [asset.assetId, knownSince(run)])))
    return stored
  })
}

async function storeArrivals(sql: Sql, arrivals: readonly NewArrival[], now: Instant): Promise<number> {
  const stored = await insertArrivals(sql, arrivals)
  await noteWritten(
    sql,
    stored.flatMap(({ assetId, at }) => (at === null ? [] : [{ assetId, at }])),
    now,
  )
  return stored.length
}

/** What a run does to the clocks of those of these assets that name its job and that it says something of. */
function arrivalsOn(connectionKey: string, run: StoredExternalRun, assets: readonly WrittenByJob[], now: Instant): NewArrival[] {
  const key = jobKey(connectionKey, run.job)
  const named = assets.filter(({ job }) => job === key)
  if (run.empties === true && run.state === 'completed') return correctionsOfExternalRun(connectionKey, run, named, now)
  const own = Map.groupBy(named, (asset) => stateFor(run, connectionKey, asset))
  // Rows are those of what its end is about.
  return [...own].flatMap(([state, ofState]) =>
    state === null ? [] : arrivalsOfExternalRun(connectionKey, state === run.state ? run : { ...run, state, rows: null }, ofState, now),
  )
}
