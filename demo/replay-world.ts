import { insertArrivals, type NewArrival } from '#lib/db/arrivals.ts'
import { insertAssetGaps, openConnectionGap } from '#lib/db/blind.ts'
import type { Context } from '#lib/db/context.ts'
import { getSubject } from '#lib/db/subjects.ts'
import { DAY_MS, HOUR_MS, type Instant, MINUTE_MS } from '#lib/domain/instant.ts'
import { endOfDay } from '#lib/domain/local-day.ts'
import { arrivalsOf, CAMPUS_ZONE, chance, WORLD, type WorldArrival, type WorldTable } from './world.ts'

/** A stretch of the demo's past that nobody watched and that is told again. */
export interface Stretch {
  from: Instant
  to: Instant
  /** When the demo was started for the very first time: the day its planned mishaps count from. */
  firstStart: Instant
}

/** How long before the first start the staff warehouse went away. */
const STAFF_GONE_MS = 2 * DAY_MS

const EVIDENCE = {
  method: 'replay',
  strength: 'strong',
  detail: 'Told again by the demo: this is how the pretend campus behaved.',
  costMs: 0,
}

async function requireAsset(ctx: Context, key: string): Promise<number> {
  const subject = await getSubject(ctx.pool, 'asset', key)
  if (subject === undefined) throw new Error(`the demo's catalogue has no asset ${key}`)
  return subject.id
}

/** The probe that noticed an arrival: at most a minute later. */
function noticedAt(name: string, at: Instant): Instant {
  return at + 1 + Math.floor(chance(`${name} noticed`) * MINUTE_MS)
}

function written(assetId: number, at: Instant, recordedAt: Instant, rows: number | null): NewArrival {
  return { assetId, clock: 'writtenAt', at, recordedAt, kind: 'arrival', precision: 'instant', rows, evidence: EVIDENCE, runId: null }
}

function toFacts(assetId: number, table: WorldTable, arrival: WorldArrival, stretch: Stretch): NewArrival[] {
  const recordedAt = Math.max(stretch.from, noticedAt(`${table.key} ${arrival.at}`, arrival.at))
  const facts = [written(assetId, arrival.at, recordedAt, arrival.rows)]
  if (arrival.dataThrough === null) return facts
  const through = endOfDay(arrival.dataThrough, CAMPUS_ZONE) - 1
  return [...facts, { ...written(assetId, through, recordedAt, null), clock: 'dataThroughAt', precision: 'day' }]
}

/** Facts for one table; the last arrival before the stretch comes along, so that its beginning has a colour. */
function factsOf(assetId: number, table: WorldTable, stretch: Stretch): NewArrival[] {
  const { from, to, firstStart } = stretch
  const before = from >= firstStart ? [] : arrivalsOf(table, from - 60 * DAY_MS, from, firstStart).slice(-1)
  const during = arrivalsOf(table, from, to, firstStart).filter((a) => noticedAt(`${table.key} ${a.at}`, a.at) < to)
  return [...before, ...during].flatMap((arrival) => toFacts(assetId, table, arrival, stretch))
}

/** The staff table was fine until its warehouse went away; nobody has seen it since. */
async function replayStaff(ctx: Context, stretch: Stretch): Promise<void> {
  const gone = stretch.firstStart - STAFF_GONE_MS
  if (stretch.from > gone) return
  const assetId = await requireAsset(ctx, 'hr_warehouse/hr.staff')
  const nights = Math.ceil((gone - stretch.from) / DAY_MS)
  const mornings = Array.from({ length: nights }, (_, n) => stretch.from + n * DAY_MS + 7 * HOUR_MS)
  const facts = mornings.filter((at) => at < gone).map((at) => written(assetId, at, at + MINUTE_MS, 6_400))
  await insertArrivals(ctx.pool, facts)
  await ctx.pool.query('update asset set probed_at = $2, attempted_at = $3, problem = $4 where subject_id = $1', [
    assetId,
    new Date(gone),
    new Date(stretch.to),
    'The server does not answer.',
  ])
  await openConnectionGap(ctx.pool, 'hr_warehouse', gone + 5 * MINUTE_MS, 'source-unreachable')
}

/** The two sources of the registrar's loads change now and then; once nobody could reach PeopleSoft for an afternoon. */
async function replaySources(ctx: Context, stretch: Stretch): Promise<number[]> {
  const peoplesoft = await requireAsset(ctx, 'peoplesoft/BU_TERM_QRY')
  const snaplogic = await requireAsset(ctx, 'snaplogic/courses')
  const facts: NewArrival[] = []
  for (let at = stretch.from; at < stretch.to; at += DAY_MS) {
    const seen = at + 9 * HOUR_MS
    if (seen >= stretch.to) break
    if (at === stretch.from || chance(`term change ${at}`) < 0.05) facts.push(written(peoplesoft, seen, seen, null))
    if (at === stretch.from || chance(`course change ${at}`) < 0.4) facts.push(written(snaplogic, seen, seen, null))
  }
  await insertArrivals(ctx.pool, facts)
  const afternoon = stretch.firstStart - 12 * DAY_MS
  if (stretch.from < afternoon) {
    await insertAssetGaps(ctx.pool, [{ assetId: peoplesoft, from: afternoon, to: afternoon + 5 * HOUR_MS, reason: 'source-unreachable' }])
  }
  return [peoplesoft, snaplogic]
}

/** Writes what a probe would have seen of the campus during the stretch: facts only; colours follow from a rebuild. */
export async function replayWorld(ctx: Context, stretch: Stretch): Promise<void> {
  const touched: number[] = []
  for (const table of WORLD) {
    const assetId = await requireAsset(ctx, table.key)
    await insertArrivals(ctx.pool, factsOf(assetId, table, stretch))
    touched.push(assetId)
  }
  touched.push(...(await replaySources(ctx, stretch)))
  await ctx.pool.query('update asset set probed_at = $2, attempted_at = $2 where subject_id = any($1)', [touched, new Date(stretch.to)])
  await replayStaff(ctx, stretch)
}
