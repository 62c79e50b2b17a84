import { fillInbox, INBOX_MS, landedRun } from '#demo/past-landings.ts'
import type { Night } from '#demo/replay-runs.ts'
import { noticedAt } from '#demo/replay-world.ts'
import type { Stretch } from '#demo/stretch.ts'
import { recordPastRunsWithin } from '#lib/commands/runs/record-past-runs.ts'
import { noteLooks } from '#lib/db/catalogue/sight.ts'
import { getSubject } from '#lib/db/catalogue/subjects.ts'
import type { Sql } from '#lib/db/context.ts'
import { insertArrivals, type NewArrival } from '#lib/db/history/arrivals.ts'
import { insertKeyReadings } from '#lib/db/history/key-readings.ts'
import type { PastRun } from '#lib/db/runs/past-runs.ts'
import type { Evidence } from '#lib/domain/freshness/facts.ts'
import { connectionWitness } from '#lib/domain/freshness/witnesses/witness.ts'
import { DAY_MS, HOUR_MS, type Instant, SECOND_MS } from '#lib/domain/time/instant.ts'
import { BUCKET, type Drop, dropsBetween, fileOf, LINES, SHOPS, UNTOLD_MS } from './shops.ts'

const FLOW = 'game-prices'
const SOURCE = 'uploads'
const TABLE = 'lake/games_raw.prices'
/** How long it has to be quiet before a run. */
const QUIET_MS = 30 * SECOND_MS
/** For so long before the first start the bucket did not let us in; what came meanwhile was landed afterwards. */
const REFUSED = { daysBefore: 26, hours: 5, problem: 'S3 (uploads) refused our credentials (403).' }

const EVIDENCE: Evidence = {
  method: 'replay',
  strength: 'strong',
  detail: 'Told again by the demo: this is how the pretend shops behaved.',
  costMs: 0,
}

/** Writes what was known of the game prices during a stretch: what lay in the bucket, who carried it over, and the inbox. */
export async function replayGames(sql: Sql, stretch: Stretch, nobody: Night | null): Promise<void> {
  const { from, to, firstStart } = stretch
  if ((await getSubject(sql, 'asset', `${SOURCE}/${BUCKET}/incoming/${SHOPS[0]}`)) === undefined) return
  await replayLooks(sql, stretch, nobody)
  const runs = landingRuns(dropsBetween(from, to - UNTOLD_MS, firstStart), stretch, nobody)
  await recordPastRunsWithin(
    sql,
    to,
    runs.map(({ run }) => run),
  )
  for (const { run, drops } of runs)
    if (run.state === 'completed' && run.endedAt > firstStart - INBOX_MS) await fillInbox(sql, run, SOURCE, drops.map(fileOf))
  await replayKeys(sql, runs, to)
}

async function replayLooks(sql: Sql, { from, to, firstStart }: Stretch, nobody: Night | null): Promise<void> {
  const before = from < firstStart ? HOUR_MS : 0
  const drops = Map.groupBy(dropsBetween(from - before, to, firstStart), ({ shop }) => shop)
  const ids: number[] = []
  for (const shop of SHOPS) {
    const subject = await getSubject(sql, 'asset', `${SOURCE}/${BUCKET}/incoming/${shop}`)
    if (subject === undefined) continue
    ids.push(subject.id)
    const looks = (drops.get(shop) ?? []).map(({ at }): NewArrival => {
      const seenAt = Math.max(from, noticedAt(`${shop} ${at}`, at, nobody))
      const look = { assetId: subject.id, recordedAt: seenAt, happenedAt: seenAt, witness: connectionWitness(SOURCE) }
      return { ...look, clock: 'writtenAt', at, kind: 'arrival', precision: 'instant', rows: null, evidence: EVIDENCE, runId: null }
    })
    await insertArrivals(
      sql,
      looks.filter(({ recordedAt }) => recordedAt < to),
    )
  }
  await noteLooks(sql, to, ids, true)
}

interface LandingRun {
  run: PastRun
  drops: Drop[]
}

/** What looks at the table saw of each shop. */
async function replayKeys(sql: Sql, runs: readonly LandingRun[], to: Instant): Promise<void> {
  const table = await getSubject(sql, 'asset', TABLE)
  if (table === undefined) return
  const readings = runs.flatMap(({ run, drops }) =>
    [...new Map(drops.map(({ shop, at }) => [shop, at]))].map(([key, at]) => {
      const recordedAt = noticedAt(`${key} ${at} row`, run.endedAt, null)
      return { assetId: table.id, column: 'shop', key, at: at - (at % SECOND_MS), recordedAt, countsFrom: at }
    }),
  )
  await insertKeyReadings(sql, readings)
  await noteLooks(sql, to, [table.id], true)
}

/** A run for each hour's files once it was quiet; what came while nobody worked, or could read it, is carried over by the first one after. */
export function landingRuns(drops: readonly Drop[], { firstStart }: Stretch, nobody: Night | null): LandingRun[] {
  const refusedFrom = firstStart - REFUSED.daysBefore * DAY_MS
  const isRefused = (at: Instant) => at >= refusedFrom && at < refusedFrom + REFUSED.hours * HOUR_MS
  const isNight = (at: Instant) => nobody !== null && at >= nobody.from && at < nobody.to
  const runs: LandingRun[] = []
  let waiting: Drop[] = []
  for (const batch of Map.groupBy(drops, ({ at }) => Math.floor(at / HOUR_MS)).values()) {
    waiting.push(...batch)
    const last = batch.at(-1)?.at ?? 0
    const at = last + QUIET_MS
    if (isNight(at)) continue
    const isGood = !isRefused(at)
    const given = isGood ? { files: waiting.length, rows: waiting.length * LINES } : { problem: REFUSED.problem }
    runs.push({ run: landedRun(FLOW, at, given), drops: isGood ? waiting : [] })
    if (isGood) waiting = []
  }
  return runs
}
