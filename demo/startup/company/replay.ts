import type { Night } from '#demo/replay-runs.ts'
import { noticedAt } from '#demo/replay-world.ts'
import type { Stretch } from '#demo/stretch.ts'
import { arrivalsOfExternalRun } from '#lib/commands/runs/run-arrivals.ts'
import { failuresInWords } from '#lib/connectors/dbt/invocation-run.ts'
import { noteLooks } from '#lib/db/catalogue/sight.ts'
import type { Sql } from '#lib/db/context.ts'
import { insertArrivals, type NewArrival } from '#lib/db/history/arrivals.ts'
import { noteRunsListed, storeExternalRuns } from '#lib/db/runs/external-runs.ts'
import { storeJobNames } from '#lib/db/runs/job-names.ts'
import type { Evidence } from '#lib/domain/freshness/facts.ts'
import { connectionWitness } from '#lib/domain/freshness/witnesses/witness.ts'
import type { ToldRun } from '#lib/domain/runs/external-run.ts'
import { HOUR_MS, type Instant, MINUTE_MS } from '#lib/domain/time/instant.ts'
import { newestOfSource } from './artifacts.ts'
import { JOBS, MEASURES, MODELS, SOURCES, sourceId } from './models.ts'
import { type JobRun, jobRuns, modelsOf } from './runs.ts'

const CONNECTIONS = ['snowflake', 'dbt', 'looker']
const PROBED_EVERY_MS = 5 * MINUTE_MS
const DYNAMIC = 'snowflake/MARTS.SALES_TODAY'

const EVIDENCE: Evidence = {
  method: 'replay',
  strength: 'strong',
  detail: 'Told again by the demo: this is how the pretend start-up behaved.',
  costMs: 0,
}

/** What dbt Cloud calls its jobs. */
const NAMES = new Map(JOBS.map(({ id, name }) => [String(id), name]))

const relationOf = new Map(MODELS.map(({ id, relation }) => [id, relation]))

/** Assets of the start-up by their keys, with the column a look at each reads. */
type Assets = ReadonlyMap<string, { id: number; column: string | null }>

async function loadAssets(sql: Sql): Promise<Assets> {
  const { rows } = await sql.query<{ key: string; id: number; column: string | null }>(
    `select s.key, s.id, a.settings ->> 'column' as column from asset a join subject s on s.id = a.subject_id
     where a.connection_key = any($1::text[]) and s.removed_at is null`,
    [CONNECTIONS],
  )
  return new Map(rows.map(({ key, ...asset }) => [key, asset]))
}

/** The key of what a model makes, as an asset of the warehouse. */
const keyOf = (model: string) => `snowflake/${relationOf.get(model)}`

/** A run as the connector tells it, with the tables of the warehouse that its models are. */
export function toTold(run: JobRun, toldAt: Instant): ToldRun {
  const { id, job, startedAt, endedAt, failed } = run
  const { loaded, skipped } = modelsOf(run)
  const results = [...(failed === null ? [] : [{ id: failed.model, outcome: 'failed' as const, message: failed.message }])]
  const others = skipped.map((model) => ({ id: model, outcome: 'skipped' as const, message: null }))
  const told = [...results, ...others].map((result) => ({ ...result, startedAt, endedAt, rows: null }))
  const models = (failed === null ? loaded : [failed.model, ...skipped]).filter((model) => !model.includes('.stg_'))
  return {
    ...{
      job: String(job),
      jobName: NAMES.get(String(job)) ?? null,
      externalId: String(id),
      attempt: 1,
      scheduledAt: null,
      startedAt,
      endedAt,
      rows: null,
    },
    state: failed === null ? 'completed' : 'failed',
    error: failed === null ? null : failuresInWords(told),
    url: `https://cloud.getdbt.com/deploy/1/projects/1/runs/${id}/`,
    writes: [...models, ...models.map(keyOf)],
    ...(failed !== null && { loaded: [] }),
    toldBy: connectionWitness('dbt'),
    toldAt,
  }
}

function looked(assetId: number, clock: NewArrival['clock'], at: Instant, seen: { by: string; at: Instant }): NewArrival {
  const look = { recordedAt: seen.at, happenedAt: seen.at, witness: connectionWitness(seen.by) }
  return { assetId, clock, at, ...look, kind: 'arrival', precision: 'instant', rows: null, evidence: EVIDENCE, runId: null }
}

/** What looks at the warehouse saw of what a run wrote. */
function lookedAtTables(run: JobRun, assets: Assets, at: Instant): NewArrival[] {
  return modelsOf(run).loaded.flatMap((model) => {
    const asset = assets.get(keyOf(model))
    const isRead = asset?.column != null && !model.includes('.stg_')
    return isRead ? [looked(asset.id, 'writtenAt', run.endedAt, { by: 'snowflake', at })] : []
  })
}

/** What dbt measured of the sources in the first step of a run. */
function measured({ job, startedAt }: JobRun, assets: Assets, at: Instant): NewArrival[] {
  if (job !== MEASURES) return []
  return Object.keys(SOURCES).flatMap((name) => {
    const asset = assets.get(`dbt/${sourceId(name)}`)
    return asset === undefined ? [] : [looked(asset.id, 'dataThroughAt', newestOfSource(name, startedAt + MINUTE_MS), { by: 'dbt', at })]
  })
}

function refreshed({ from, to }: Stretch, assets: Assets, nobody: Night | null): NewArrival[] {
  const asset = assets.get(DYNAMIC)
  if (asset === undefined) return []
  const first = Math.ceil(from / HOUR_MS) * HOUR_MS
  const hours = Array.from({ length: Math.max(0, Math.floor((to - first) / (4 * HOUR_MS))) }, (_, n) => first + n * 4 * HOUR_MS)
  const noticed = (at: Instant) => noticedAt(`${DYNAMIC} ${at}`, at, nobody, PROBED_EVERY_MS)
  return hours.map((at) => looked(asset.id, 'loadedAt', at, { by: 'snowflake', at: noticed(at) }))
}

/** Writes what was known of the start-up during a stretch: its runs, and what looks saw of them; statuses follow from a rebuild. */
export async function replayStartup(sql: Sql, stretch: Stretch, nobody: Night | null): Promise<void> {
  const assets = await loadAssets(sql)
  if (assets.size === 0) return
  const noticed = (run: JobRun) => noticedAt(`${run.id}`, run.endedAt, nobody, PROBED_EVERY_MS)
  const begun = jobRuns({ ...stretch, from: stretch.from - 2 * HOUR_MS })
  const runs = begun.filter((run) => noticed(run) >= stretch.from && noticed(run) < stretch.to)
  await storeJobNames(sql, 'dbt', NAMES)
  const stored = await storeExternalRuns(
    sql,
    'dbt',
    runs.map((run) => toTold(run, noticed(run))),
  )
  const byJob = stored.flatMap((run) => {
    const written = (run.writes ?? []).flatMap((key) => (assets.has(key) ? [{ assetId: assets.get(key)?.id ?? 0, key }] : []))
    return arrivalsOfExternalRun('dbt', run, written, run.toldAt)
  })
  const byLooks = runs.flatMap((run) => [...lookedAtTables(run, assets, noticed(run)), ...measured(run, assets, noticed(run))])
  await insertArrivals(sql, [...byJob, ...byLooks, ...refreshed(stretch, assets, nobody)])
  const through = runs
    .map(({ endedAt }) => endedAt)
    .toSorted((a, b) => a - b)
    .at(-1)
  await noteRunsListed(sql, 'dbt', stretch.to, through ?? null)
  const ids = [...assets.values()].map(({ id }) => id)
  await noteLooks(sql, stretch.to, [...new Set(ids)], true)
}

/** The runs of the last weeks that went well, as they are known here. */
export async function loadGoodRuns(sql: Sql, since: Instant): Promise<Omit<JobRun, 'failed'>[]> {
  const { rows } = await sql.query<{ id: string; job: string; started: Date; ended: Date }>(
    `select external_id as id, job, started_at as started, ended_at as ended from external_run
     where connection_key = 'dbt' and state = 'completed' and started_at >= $1 and ended_at is not null`,
    [new Date(since)],
  )
  return rows.map(({ id, job, started, ended }) => ({
    id: Number(id),
    job: Number(job),
    startedAt: started.getTime(),
    endedAt: ended.getTime(),
  }))
}
