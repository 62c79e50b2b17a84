import { createHash } from 'node:crypto'
import { chance } from '#demo/chance.ts'
import type { Night } from '#demo/replay-runs.ts'
import { noticedAt } from '#demo/replay-world.ts'
import type { Stretch } from '#demo/stretch.ts'
import { recordPastRunsWithin } from '#lib/commands/runs/record-past-runs.ts'
import { noteLooks } from '#lib/db/catalogue/sight.ts'
import { getSubject } from '#lib/db/catalogue/subjects.ts'
import type { Sql } from '#lib/db/context.ts'
import { insertArrivals, type NewArrival } from '#lib/db/history/arrivals.ts'
import { insertFiles } from '#lib/db/inbox/inbox-files.ts'
import { toText } from '#lib/db/instants.ts'
import type { PastRun } from '#lib/db/runs/past-runs.ts'
import type { Evidence } from '#lib/domain/freshness/facts.ts'
import { connectionWitness } from '#lib/domain/freshness/witnesses/witness.ts'
import { DAY_MS, HOUR_MS, type Instant, SECOND_MS } from '#lib/domain/time/instant.ts'
import { BUCKET, UNTOLD_MS } from './games.ts'
import { contentOf, type Drop, dropsBetween, LINES, SHOPS } from './shops.ts'

const FLOW = 'game-prices'
const SOURCE = 'uploads'
/** How long an inbox keeps what has landed. */
const INBOX_MS = 30 * DAY_MS
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
  for (const { run, drops } of runs) if (run.state === 'completed' && run.endedAt > firstStart - INBOX_MS) await fillInbox(sql, run, drops)
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
    runs.push({ run: landingRun(at, isGood ? waiting : null), drops: isGood ? waiting : [] })
    if (isGood) waiting = []
  }
  return runs
}

/** null: the bucket let nobody in. */
function landingRun(at: Instant, drops: readonly Drop[] | null): PastRun {
  const startedAt = at + Math.ceil(chance(`${FLOW} ${at} taken`) * 5 * SECOND_MS)
  const endedAt = startedAt + Math.ceil((1 + 2 * chance(`${FLOW} ${at} took`)) * SECOND_MS)
  const rows = (drops?.length ?? 0) * LINES
  const problem = drops === null ? REFUSED.problem : null
  return {
    ...{ flow: FLOW, trigger: 'file', scheduledFor: at, createdAt: at, requestedBy: null, startedAt, endedAt },
    state: problem === null ? 'completed' : 'failed',
    rowsLoaded: rows,
    report:
      drops === null ? null : { rowsSeen: rows, counts: { files: drops.length, rows, changed: rows }, rowsByAsset: {}, incomplete: null },
    ...{ problem, internalProblem: problem, counters: {}, rejections: [] },
    tasks: [{ name: 'land', state: problem === null ? 'completed' : 'failed', tries: 1, startedAt, endedAt, problem }],
    log: [{ at: endedAt, level: problem === null ? 'info' : 'error', message: problem ?? `${drops?.length} files landed, ${rows} rows.` }],
  }
}

async function fillInbox(sql: Sql, run: PastRun, drops: readonly Drop[]): Promise<void> {
  const files = drops.map((drop) => {
    const content = contentOf(drop)
    const version = createHash('md5').update(content).digest('hex')
    return { bucket: BUCKET, key: drop.key, version, bytes: content.length, modifiedAt: drop.at, sequencer: null }
  })
  const arrivedAt = Math.min(run.scheduledFor, (drops.at(-1)?.at ?? run.scheduledFor) + SECOND_MS)
  await insertFiles(sql, { flow: FLOW, source: SOURCE, now: arrivedAt, isListed: false }, files)
  await sql.query(
    `update inbox_file f set state = 'landed', tries = 1, taken_at = r.started_at, ended_at = r.ended_at, run_id = r.id, fence = r.fence, rows = $4, rejected = 0, encoding = 'utf-8', changed_bytes = 0
     from run r where r.flow = $1 and r.trigger = 'file' and r.scheduled_for = $2 and f.flow_key = $1 and f.state = 'arrived' and f.version = any($3::text[])`,
    [FLOW, toText(run.scheduledFor), files.map(({ version }) => version), LINES],
  )
}
