import { arrivalsOfExternalRun } from '#lib/commands/runs/run-arrivals.ts'
import type { Sql } from '#lib/db/context.ts'
import type { NewArrival } from '#lib/db/history/arrivals.ts'
import { listAssetsOfJobs } from '#lib/db/history/job-outcomes.ts'
import { jobsOfAudience, knownConnections, listPushConnections, type PushedRun } from '#lib/db/push/push-runs.ts'
import { loadExternalRuns, type StoredExternalRun, storeExternalRuns, takeBackArrivals } from '#lib/db/runs/external-runs.ts'
import { pushWitness } from '#lib/domain/freshness/witnesses/witness.ts'
import { connectionOf, pathOf } from '#lib/domain/lineage/asset-key.ts'
import { connectionOfNamespace, HEARTBEATS, outcomeOf, type PushConnection, pushedJob, toExternalId } from '#lib/domain/push/pushed-run.ts'
import { isChanged, isOutcomeChanged, jobKey, knownSince, type ToldRun, tidyRun, withEnd } from '#lib/domain/runs/external-run.ts'
import { END_OF_TIME, type Instant } from '#lib/domain/time/instant.ts'
import type { NamedAssets } from './named-assets.ts'

/** What follows for assets that name the jobs of runs. */
export interface ToldOfJobs {
  /** From when on an asset is not as it was. */
  since: Map<number, Instant>
  arrivals: NewArrival[]
}

export interface Telling {
  now: Instant
  names: NamedAssets
  /** The id of a run by its names, as tokens of this audience tell of it. */
  idOf(run: Pick<PushedRun, 'namespace' | 'job' | 'runId'>, audience: string | null): string
}

/** A run by where it stands among those of a connection. */
interface Placed {
  run: PushedRun
  connection: string
  job: string
}

/**
 * Makes runs that were pushed the runs of a connection: each one row, worked out anew from all that its events told, whatever order they came in. What a
 * token of an audience tells of a job counts where all is seen that the job writes. The assets are to be locked before what is returned is stored.
 */
export async function tellRuns(sql: Sql, runs: readonly PushedRun[], telling: Telling): Promise<ToldOfJobs> {
  const told: ToldOfJobs = { since: new Map(), arrivals: [] }
  const connections = await listPushConnections(sql)
  const placed = await allowed(
    sql,
    runs.flatMap((run) => {
      const place = placeOf(run, connections)
      return place === null ? [] : [{ run, ...place }]
    }),
  )
  for (const [connection, own] of Map.groupBy(placed, (one) => one.connection)) {
    await tellOfConnection(sql, connection, own, { ...telling, connections }, told)
  }
  return told
}

/** The connection and the job there that a run is of: what is told of an asset by itself belongs to the asset's connection. */
function placeOf(
  run: Pick<PushedRun, 'namespace' | 'job'>,
  connections: readonly PushConnection[],
): Pick<Placed, 'connection' | 'job'> | null {
  const { namespace, job } = run
  if (namespace === HEARTBEATS) return { connection: connectionOf(job), job: pushedJob({ namespace, job: pathOf(job) }) }
  const connection = connectionOfNamespace(namespace, connections)
  return connection === null ? null : { connection, job: pushedJob({ namespace, job }) }
}

/** Without the runs of connections that are not there, and those that their token may not tell of. */
async function allowed(sql: Sql, runs: readonly Placed[]): Promise<Placed[]> {
  const known = await knownConnections(sql, [...new Set(runs.map(({ connection }) => connection))])
  const byAudience = Map.groupBy(
    runs.filter(({ connection }) => known.has(connection)),
    ({ run }) => run.audience,
  )
  const kept = byAudience.get(null) ?? []
  for (const [audience, own] of byAudience) {
    if (audience === null) continue
    const keyOf = ({ connection, job }: Placed) => jobKey(connection, job)
    const seen = await jobsOfAudience(sql, [...new Set(own.map(keyOf))], audience)
    kept.push(...own.filter((one) => seen.has(keyOf(one))))
  }
  return kept
}

type TellingAll = Telling & { connections: readonly PushConnection[] }

async function tellOfConnection(
  sql: Sql,
  connection: string,
  placed: readonly Placed[],
  telling: TellingAll,
  told: ToldOfJobs,
): Promise<void> {
  const { now } = telling
  const runs = placed.flatMap((one) => toToldRun(one, telling) ?? [])
  const known = await loadExternalRuns(
    sql,
    connection,
    runs.map(({ externalId }) => externalId),
  )
  const stored = await storeExternalRuns(
    sql,
    connection,
    runs.filter((run) => isChanged(known.get(run.externalId), run)),
  )
  const changed = stored.filter((run) => isOutcomeChanged(known.get(run.externalId), run))
  if (changed.length === 0) return
  const before = changed.flatMap((run) => known.get(run.externalId) ?? [])
  const written = await listAssetsOfJobs(sql, [...new Set([...changed, ...before].map(({ job }) => jobKey(connection, job)))])
  for (const run of [...changed, ...before]) {
    const key = jobKey(connection, run.job)
    for (const { assetId, job } of [...written.ever, ...written.now])
      if (job === key) told.since.set(assetId, Math.min(knownSince(run), told.since.get(assetId) ?? END_OF_TIME))
  }
  await takeBackArrivals(
    sql,
    before.map(({ id }) => id),
  )
  const tells = (run: StoredExternalRun) => written.now.filter(({ job }) => job === jobKey(connection, run.job))
  // Of one that names what it wrote, the names tell what it loaded.
  for (const run of changed) if (run.writes === undefined) told.arrivals.push(...arrivalsOfExternalRun(connection, run, tells(run), now))
}

function toToldRun({ run, connection, job }: Placed, { now, names, idOf, connections }: TellingAll): ToldRun | null {
  const outcome = outcomeOf(run.state)
  if (outcome === null || run.runId === '') return null
  const keys = Object.keys(run.state.outputs).flatMap((data) =>
    names.idOf(data, run.audience) === null ? [] : (names.named(data).key ?? []),
  )
  const writes = [...new Set(keys.map((key) => (connectionOf(key) === connection ? pathOf(key) : key)))].sort()
  const parent = run.state.parent?.value ?? null
  const parentPlace = parent === null ? null : placeOf(parent, connections)
  const told = tidyRun(
    {
      ...{ job, externalId: toExternalId(run.runId, run.id), ...outcome },
      ...(writes.length > 0 && { writes }),
      parent:
        parent === null || parentPlace === null
          ? null
          : { job: jobKey(parentPlace.connection, parentPlace.job), externalId: toExternalId(parent.runId, idOf(parent, run.audience)) },
      jobType: run.state.jobType?.value ?? null,
    },
    { by: pushWitness(run.namespace), at: outcome.endedAt ?? outcome.startedAt ?? run.lastAt, now },
  )
  return told === null ? null : withEnd(told)
}
