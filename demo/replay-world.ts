import { noteLooks } from '#lib/db/catalogue/sight.ts'
import { getSubject } from '#lib/db/catalogue/subjects.ts'
import type { Sql } from '#lib/db/context.ts'
import { insertArrivals, type NewArrival } from '#lib/db/history/arrivals.ts'
import { insertAssetGaps, openSureGap } from '#lib/db/history/blind.ts'
import type { PastRun } from '#lib/db/runs/past-runs.ts'
import type { Evidence } from '#lib/domain/freshness/facts.ts'
import { connectionWitness } from '#lib/domain/freshness/witnesses/witness.ts'
import { connectionOf } from '#lib/domain/lineage/asset-key.ts'
import { DAY_MS, HOUR_MS, type Instant, MINUTE_MS } from '#lib/domain/time/instant.ts'
import { addDays, endOfDay, localDay } from '#lib/domain/time/local-day.ts'
import { chance } from './chance.ts'
import type { Night } from './replay-runs.ts'
import { CAMPUS_ZONE, type Stretch } from './stretch.ts'
import { arrivalsOf, WORLD, type WorldTable } from './world.ts'

const STAFF_GONE_MS = 2 * DAY_MS

/** Sources that are judged, and the share of days on which they change. */
const SOURCES: Readonly<Record<string, number>> = { 'peoplesoft/BU_TERM_QRY': 0.05 }

/** Loaded tables with a date inside that a probe would read after each good run, so many days before it. */
const DATED: readonly { flow: string; key: string; lagDays: number }[] = [
  { flow: 'bursar-payments', key: 'lake/bursar.payments', lagDays: 1 },
]

const EVIDENCE: Evidence = {
  method: 'replay',
  strength: 'strong',
  detail: 'Told again by the demo: this is how the pretend campus behaved.',
  costMs: 0,
}

/** None when somebody has taken it out of the demo's catalogue. */
async function assetIds(sql: Sql, key: string): Promise<number[]> {
  const subject = await getSubject(sql, 'asset', key)
  return subject === undefined ? [] : [subject.id]
}

/** When a probe noticed it: at most so long later, or when a worker was back. */
export function noticedAt(name: string, at: Instant, nobody: Night | null, probedEveryMs = MINUTE_MS): Instant {
  const seen = nobody !== null && at >= nobody.from && at < nobody.to ? nobody.to : at
  return seen + 1 + Math.floor(chance(`${name} noticed`) * probedEveryMs)
}

/** What a look at this asset saw. */
function written(key: string, assetId: number, at: Instant, recordedAt: Instant, rows: number | null): NewArrival {
  const look = { assetId, recordedAt, witness: connectionWitness(connectionOf(key)), happenedAt: recordedAt }
  return { ...look, clock: 'writtenAt', at, kind: 'arrival', precision: 'instant', rows, evidence: EVIDENCE, runId: null }
}

/** A table's facts; the last arrival before the stretch comes along, so that its beginning has a status. */
function factsOf(assetId: number, table: WorldTable, stretch: Stretch, nobody: Night | null): NewArrival[] {
  const { from, to, firstStart } = stretch
  const noticed = (at: Instant) => noticedAt(`${table.key} ${at}`, at, nobody)
  const before = from >= firstStart ? [] : arrivalsOf(table, from - 60 * DAY_MS, from, firstStart).slice(-1)
  const during = arrivalsOf(table, from, to, firstStart).filter(({ at }) => noticed(at) < to)
  return [...before, ...during].map(({ at, rows }) => written(table.key, assetId, at, Math.max(from, noticed(at)), rows))
}

/** Staff was fresh until nobody listened any more where its warehouse was. */
async function replayStaff(sql: Sql, stretch: Stretch): Promise<void> {
  const gone = stretch.firstStart - STAFF_GONE_MS
  if (stretch.from > gone) return
  const [assetId] = await assetIds(sql, 'hr_warehouse/hr.staff')
  if (assetId === undefined) return
  const nights = Math.ceil((gone - stretch.from) / DAY_MS)
  const mornings = Array.from({ length: nights }, (_, n) => stretch.from + n * DAY_MS + 7 * HOUR_MS)
  const facts = mornings.filter((at) => at < gone).map((at) => written('hr_warehouse/hr.staff', assetId, at, at + MINUTE_MS, 6_400))
  await insertArrivals(sql, facts)
  await noteLooks(sql, gone, [assetId], true)
  await noteLooks(sql, stretch.to, [assetId], false)
  await sql.query('update asset set problem = $2 where subject_id = $1', [assetId, 'The server does not answer.'])
  await openSureGap(sql, 'hr_warehouse', gone + 5 * MINUTE_MS, gone + 6 * MINUTE_MS)
}

/** Sources change now and then; for one afternoon PeopleSoft was out of reach. */
async function replaySources(sql: Sql, stretch: Stretch): Promise<number[]> {
  const ids: number[] = []
  for (const [key, share] of Object.entries(SOURCES)) {
    const [assetId] = await assetIds(sql, key)
    if (assetId === undefined) continue
    ids.push(assetId)
    for (let at = stretch.from; at + 9 * HOUR_MS < stretch.to; at += DAY_MS) {
      const seen = at + 9 * HOUR_MS
      if (at === stretch.from || chance(`${key} change ${at}`) < share) await insertArrivals(sql, [written(key, assetId, seen, seen, null)])
    }
    const afternoon = stretch.firstStart - 12 * DAY_MS
    const gap = { assetId, from: afternoon, to: afternoon + 5 * HOUR_MS, reason: 'source-unreachable' as const }
    if (stretch.from < afternoon) await insertAssetGaps(sql, [gap])
  }
  return ids
}

async function replayDates(sql: Sql, runs: readonly PastRun[]): Promise<number[]> {
  const ids: number[] = []
  for (const { flow, key, lagDays } of DATED) {
    const [assetId] = await assetIds(sql, key)
    if (assetId === undefined) continue
    ids.push(assetId)
    const good = runs.filter((run) => run.flow === flow && run.state === 'completed')
    const facts = good.map(({ endedAt }): NewArrival => {
      const through = endOfDay(addDays(localDay(endedAt, CAMPUS_ZONE), -lagDays), CAMPUS_ZONE) - 1
      const seen = written(key, assetId, through, noticedAt(`${key} ${endedAt}`, endedAt, null), null)
      return { ...seen, clock: 'dataThroughAt', precision: 'day' }
    })
    await insertArrivals(sql, facts)
  }
  return ids
}

/** Writes the facts that probes would have seen during the stretch; statuses follow from a rebuild. */
export async function replayWorld(sql: Sql, stretch: Stretch, runs: readonly PastRun[], nobody: Night | null): Promise<void> {
  const touched: number[] = []
  for (const table of WORLD) {
    for (const assetId of await assetIds(sql, table.key)) {
      await insertArrivals(sql, factsOf(assetId, table, stretch, nobody))
      touched.push(assetId)
    }
  }
  touched.push(...(await replaySources(sql, stretch)), ...(await replayDates(sql, runs)))
  await noteLooks(sql, stretch.to, [...new Set(touched)], true)
  await replayStaff(sql, stretch)
}
