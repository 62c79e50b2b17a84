import { syncCatalogue } from '#lib/commands/catalogue/sync-catalogue.ts'
import { rebuild } from '#lib/commands/status/rebuild.ts'
import { rollUpDays } from '#lib/commands/status/roll-up-days.ts'
import type { Context } from '#lib/db/context.ts'
import { insertArrivals, type NewArrival } from '#lib/db/history/arrivals.ts'
import { connectionWitness } from '#lib/domain/freshness/witnesses/witness.ts'
import { DAY_MS, HOUR_MS, type Instant, MINUTE_MS } from '#lib/domain/time/instant.ts'
import { systemClock } from '#lib/platform/clock.ts'
import { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { createTestDatabase, type TestDatabase } from '#lib/testing/database/database.ts'
import { bigCatalogue } from './big-catalogue.ts'
import { INTERNAL_KEY } from './web-server.ts'

const DAYS = 90

function arrivalsFor(assetId: number, isPromised: boolean, now: Instant): NewArrival[] {
  const step = isPromised ? 1 : 9
  const facts: NewArrival[] = []
  for (let day = DAYS; day >= 0; day -= step) {
    if ((assetId + day * 7) % 23 === 0) continue
    const at = now - day * DAY_MS - 6 * HOUR_MS + ((assetId * 37) % 240) * MINUTE_MS
    if (at > now) continue
    facts.push({
      assetId,
      clock: 'writtenAt',
      at,
      recordedAt: at + MINUTE_MS,
      witness: connectionWitness('warehouse'),
      happenedAt: at + MINUTE_MS,
      kind: 'arrival',
      precision: 'instant',
      rows: 1000,
      evidence: null,
      runId: null,
    })
  }
  return facts
}

/** A thousand feeds, ten thousand assets and 90 days of facts, told through the same commands as in life. Answers the asset ids. */
export async function fillBigDatabase(ctx: Context, clock: FakeClock, now: Instant, url: string): Promise<number[]> {
  clock.set(now - (DAYS + 1) * DAY_MS)
  await syncCatalogue(ctx, { catalogue: bigCatalogue(url), document: {}, hash: 'bench', schema: {} })
  clock.set(now)
  const { rows } = await ctx.pool.query<{ id: number; promised: boolean }>(
    'select subject_id as id, promised from asset order by subject_id',
  )
  for (let start = 0; start < rows.length; start += 500) {
    await insertArrivals(
      ctx.pool,
      rows.slice(start, start + 500).flatMap((row) => arrivalsFor(row.id, row.promised, now)),
    )
  }
  // As autovacuum does it elsewhere: the server of the benches has none.
  await ctx.whole.query('analyze')
  await ctx.pool.query('insert into sight (asset_id, probed_at, attempted_at) select subject_id, $1, $1 from asset', [new Date(now)])
  await rebuild(ctx, { assetIds: rows.map((row) => row.id), from: now - (DAYS + 1) * DAY_MS, isThorough: true })
  await rollUpDays(ctx)
  await ctx.whole.query('analyze')
  return rows.map((row) => row.id)
}

/** A database of that size as of now, to start a page on. */
export async function openBigDatabase(): Promise<{ database: TestDatabase; ctx: Context; assetIds: number[] }> {
  const database = await createTestDatabase()
  const clock = new FakeClock(systemClock.now())
  const ctx: Context = { ...database.context(clock), secret: INTERNAL_KEY }
  const assetIds = await fillBigDatabase(ctx, clock, systemClock.now(), 'http://localhost:3000')
  return { database, ctx, assetIds }
}
