import { fillInbox, INBOX_MS, landedRun, type PastFile } from '#demo/past-landings.ts'
import type { Night } from '#demo/replay-runs.ts'
import { noticedAt } from '#demo/replay-world.ts'
import type { Stretch } from '#demo/stretch.ts'
import { recordPastRunsWithin } from '#lib/commands/runs/record-past-runs.ts'
import { arrivalsOfExternalRun } from '#lib/commands/runs/run-arrivals.ts'
import { noteLooks } from '#lib/db/catalogue/sight.ts'
import type { Sql } from '#lib/db/context.ts'
import { insertArrivals, type NewArrival } from '#lib/db/history/arrivals.ts'
import { putBreaks } from '#lib/db/history/contract-breaks.ts'
import { noteLandedShape } from '#lib/db/inbox/landed-shapes.ts'
import { noteRunsListed, storeExternalRuns } from '#lib/db/runs/external-runs.ts'
import type { PastRun } from '#lib/db/runs/past-runs.ts'
import { brokenAt, type ContractTerms, type LandedShape } from '#lib/domain/contracts/contract-terms.ts'
import { ShapeCounter } from '#lib/domain/contracts/count-shape.ts'
import type { Evidence } from '#lib/domain/freshness/facts.ts'
import { connectionWitness } from '#lib/domain/freshness/witnesses/witness.ts'
import type { ToldRun } from '#lib/domain/runs/external-run.ts'
import { HOUR_MS, type Instant, SECOND_MS } from '#lib/domain/time/instant.ts'
import { ENTITIES, type Entity, isOdd } from './entities.ts'
import { type ExportedFile, filesBetween, jobOf, type LineRun, lineOfJob, placeOf, runsBetween, tableOf, UNTOLD_MS } from './exports.ts'

const SOURCE = 'storage'
/** How long an inbox has to be quiet before a run. */
const QUIET_MS = 20 * SECOND_MS

const EVIDENCE: Evidence = {
  method: 'replay',
  strength: 'strong',
  detail: 'Told again by the demo: this is how the pretend company behaved.',
  costMs: 0,
}

type Assets = ReadonlyMap<string, { id: number; terms: ContractTerms | null }>

async function loadAssets(sql: Sql): Promise<Assets> {
  const keys = [...ENTITIES.map(placeOf), ...ENTITIES.map((entity) => `lake/${tableOf(entity)}`)]
  const { rows } = await sql.query<{ key: string; id: number; terms: ContractTerms | null }>(
    `select s.key, s.id, c.terms from subject s left join asset_contract c on c.asset_id = s.id
     where s.kind = 'asset' and s.key = any($1::text[]) and s.removed_at is null`,
    [keys],
  )
  return new Map(rows.map(({ key, ...asset }) => [key, asset]))
}

/** Writes what was known of the shared data during a stretch: who exported what, what lay in the namespaces, what landed, and which contracts were broken. */
export async function replayEnterprise(sql: Sql, stretch: Stretch, nobody: Night | null): Promise<void> {
  const assets = await loadAssets(sql)
  if (!assets.has(placeOf('customer'))) return
  for (const by of ['adf', 'prefect'] as const) await replayJobs(sql, by, stretch, { assets, nobody })
  await replayLooks(sql, stretch, { assets, nobody })
  for (const entity of ENTITIES) await replayLandings(sql, entity, stretch, { assets, nobody })
}

interface Known {
  assets: Assets
  nobody: Night | null
}

async function replayJobs(sql: Sql, by: 'adf' | 'prefect', { from, to, firstStart }: Stretch, { assets, nobody }: Known): Promise<void> {
  const begun = ENTITIES.filter((entity) => jobOf(entity).by === by).flatMap((entity) =>
    runsBetween(entity, from - HOUR_MS, to, firstStart),
  )
  const told = begun
    .map((run) => toTold(run, noticedAt(run.id, run.endedAt, nobody)))
    .filter(({ toldAt }) => toldAt >= from && toldAt < to)
    .sort((a, b) => (a.endedAt ?? 0) - (b.endedAt ?? 0))
  const stored = await storeExternalRuns(sql, by, told)
  const arrivals = stored.flatMap((run) => {
    const line = lineOfJob(by, run.job)
    const key = line === undefined || line === 'revenue' ? null : placeOf(line)
    const asset = key === null ? undefined : assets.get(key)
    return key === null || asset === undefined ? [] : arrivalsOfExternalRun(by, run, [{ assetId: asset.id, key }], run.toldAt)
  })
  await insertArrivals(sql, arrivals)
  await noteRunsListed(sql, by, to, told.at(-1)?.endedAt ?? null)
}

/** A run as its connector tells it. */
function toTold({ id, line, startedAt, endedAt, problem }: LineRun, toldAt: Instant): ToldRun {
  const { by, job } = jobOf(line)
  const state = problem === null ? 'completed' : by === 'prefect' ? 'crashed' : 'failed'
  return {
    ...{ job, externalId: id, attempt: 1, state, scheduledAt: by === 'prefect' ? startedAt : null, startedAt, endedAt },
    ...{ error: problem, rows: null, url: null, toldBy: connectionWitness(by), toldAt },
  }
}

async function replayLooks(sql: Sql, { from, to, firstStart }: Stretch, { assets, nobody }: Known): Promise<void> {
  const files = filesBetween(from < firstStart ? from - HOUR_MS : from, to, firstStart)
  const looks = files.flatMap(({ entity, at }): NewArrival[] => {
    const asset = assets.get(placeOf(entity))
    if (asset === undefined) return []
    const seenAt = Math.max(from, noticedAt(`${entity} ${at}`, at, nobody))
    const look = { assetId: asset.id, recordedAt: seenAt, happenedAt: seenAt, witness: connectionWitness(SOURCE) }
    return [{ ...look, clock: 'writtenAt', at, kind: 'arrival', precision: 'instant', rows: null, evidence: EVIDENCE, runId: null }]
  })
  await insertArrivals(
    sql,
    looks.filter(({ recordedAt }) => recordedAt < to),
  )
  await noteLooks(
    sql,
    to,
    [...assets.values()].map(({ id }) => id),
    true,
  )
}

interface Landed {
  run: PastRun
  files: PastFile[]
}

/** A run for each file; what came while nobody worked is carried over by the first one after. */
export function landings(entity: Entity, files: readonly ExportedFile[], nobody: Night | null): Landed[] {
  const landed: Landed[] = []
  let waiting: PastFile[] = []
  for (const file of files) {
    waiting.push(file)
    const at = file.at + QUIET_MS
    if (nobody !== null && at >= nobody.from && at < nobody.to) continue
    const rows = waiting.reduce((sum, { lines }) => sum + lines.length, 0)
    landed.push({ run: landedRun(`land-${entity}`, at, { files: waiting.length, rows }), files: waiting })
    waiting = []
  }
  return landed
}

async function replayLandings(sql: Sql, entity: Entity, stretch: Stretch, { assets, nobody }: Known): Promise<void> {
  const { from, to, firstStart } = stretch
  const files = filesBetween(from, to - UNTOLD_MS, firstStart).filter((file) => file.entity === entity)
  const landed = landings(entity, files, nobody)
  await recordPastRunsWithin(
    sql,
    to,
    landed.map(({ run }) => run),
  )
  for (const one of landed) if (one.run.endedAt > firstStart - INBOX_MS) await fillInbox(sql, one.run, SOURCE, one.files)
  const asset = assets.get(`lake/${tableOf(entity)}`)
  const last = landed.at(-1)
  if (last === undefined || asset === undefined || asset.terms === null) return
  await replayBreaks(sql, { assetId: asset.id, terms: asset.terms, firstStart, entity }, landed)
  const [file] = last.files.slice(-1).map(shapeOf)
  if (file !== undefined) await noteLandedShape(sql, last.run.endedAt, last.run.flow, file)
}

interface Promised {
  entity: Entity
  assetId: number
  terms: ContractTerms
  firstStart: Instant
}

/** Which of the files that landed broke their contract, from the first of them to the next that does not. */
async function replayBreaks(sql: Sql, { entity, assetId, terms, firstStart }: Promised, landed: readonly Landed[]): Promise<void> {
  let isBroken = false
  for (const { run, files } of landed) {
    const file = files.at(-1)
    if (file === undefined || isOdd(entity, file.at, firstStart) === isBroken) continue
    isBroken = !isBroken
    const broken = isBroken ? brokenAt(terms, shapeOf(file), run.endedAt) : null
    await putBreaks(sql, run.endedAt, [{ assetId, broken }])
  }
}

/** What the records of a file look like, as its landing counted it. */
function shapeOf({ bucket, key, lines }: PastFile): LandedShape {
  const counter = new ShapeCounter()
  for (const line of lines) counter.add(JSON.parse(line), false)
  return { file: `${bucket}/${key}`, source: SOURCE, shape: counter.shape() }
}

/** The runs of the last days that went well, as they are known here. */
export async function loadAskedRuns(sql: Sql, since: Instant, firstStart: Instant): Promise<LineRun[]> {
  const { rows } = await sql.query<{ id: string; by: 'adf' | 'prefect'; job: string; started: Date; ended: Date }>(
    `select external_id as id, connection_key as by, job, started_at as started, ended_at as ended from external_run
     where connection_key in ('adf', 'prefect') and state = 'completed' and started_at >= $1 and ended_at is not null`,
    [new Date(since)],
  )
  return rows.flatMap(({ id, by, job, started, ended }) => {
    const line = lineOfJob(by, job)
    if (line === undefined) return []
    const [startedAt, endedAt] = [started.getTime(), ended.getTime()]
    const isOwn = line !== 'revenue' && runsBetween(line, startedAt, startedAt + 1, firstStart).some((run) => run.id === id)
    return isOwn ? [] : [{ id, line, startedAt, endedAt, problem: null }]
  })
}
