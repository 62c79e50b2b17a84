import { Client } from 'pg'
import { recordObservations } from '#lib/commands/probes/record-observations.ts'
import { sweepDue } from '#lib/commands/status/sweep-due.ts'
import type { Context } from '#lib/db/context.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '#lib/domain/time/instant.ts'
import { anAge, anAsset } from '#lib/testing/catalogues/state-catalogue.ts'
import { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { createTestDatabase } from '#lib/testing/database/database.ts'
import { declare, seen } from '#lib/testing/history/state-world.ts'
import { against, type Figure, percentile, timed } from './report.ts'

const START = Date.parse('2026-11-20T08:00:00Z')
const TILES = 10_000
const TILES_PER_DASHBOARD = 20
const TURNS = 10

/** One table, and dashboards all of whose tiles are made from it. */
function declareTiles(ctx: Context) {
  const table = anAsset('orders', { feed: 'tables', policies: [anAge(3 * HOUR_MS, 90 * DAY_MS)], blindAfterMs: DAY_MS })
  const tiles = Array.from({ length: TILES }, (_, n) =>
    anAsset(`tile_${n}`, {
      kind: 'consumer',
      feed: `dashboard_${Math.floor(n / TILES_PER_DASHBOARD)}`,
      policies: [{ kind: 'upstream' }],
      blindAfterMs: null,
      upstream: [{ key: 'lake/orders', origin: 'declared' }],
    }),
  )
  return declare(ctx, [table, ...tiles])
}

/** Counts what goes over the connections of this process while `work` is done. */
async function counted(work: () => Promise<unknown>): Promise<{ ms: number; statements: number }> {
  const { query } = Client.prototype
  let statements = 0
  Object.assign(Client.prototype, {
    query(this: Client, ...given: unknown[]) {
      statements += 1
      return Reflect.apply(query, this, given)
    },
  })
  try {
    const { ms } = await timed(work)
    return { ms, statements }
  } finally {
    Object.assign(Client.prototype, { query })
  }
}

async function countLate(ctx: Context): Promise<number> {
  const { rows } = await ctx.whole.query<{ n: number }>(
    `select count(*)::int as n from status_span p join asset a on a.subject_id = p.subject_id
     where p.to_at is null and p.status = 'late' and a.asset_kind = 'consumer'`,
  )
  return rows[0]?.n ?? 0
}

/** A table turns late by its limit and fresh again by a look; all tiles made from it turn with it, in the same transaction. */
export async function measureFollow(): Promise<Figure[]> {
  const database = await createTestDatabase()
  const clock = new FakeClock(START)
  const ctx = database.context(clock)
  await declareTiles(ctx)
  await recordObservations(ctx, 'lake', START, [seen('lake/orders', { writtenAt: START })])
  await ctx.whole.query('vacuum analyze')
  const [late, fresh]: { ms: number; statements: number }[][] = [[], []]
  for (let turn = 0; turn < TURNS; turn += 1) {
    clock.set(clock.now() + 3 * HOUR_MS + 1)
    late?.push(await counted(() => sweepDue(ctx)))
    if ((await countLate(ctx)) !== TILES) throw new Error('not every tile turned late')
    clock.set(clock.now() + MINUTE_MS)
    const now = clock.now()
    fresh?.push(await counted(() => recordObservations(ctx, 'lake', now, [seen('lake/orders', { writtenAt: now })])))
    if ((await countLate(ctx)) !== 0) throw new Error('not every tile turned fresh')
  }
  await database.drop()
  const figure = (what: string, runs: readonly { ms: number; statements: number }[] = []): Figure => {
    const seconds = runs.map(({ ms }) => ms / 1000)
    const statements = percentile(
      runs.map((run) => run.statements),
      0.5,
    )
    const worst = `${percentile(seconds, 1).toFixed(2)} s at worst`
    return against(`${TILES} tiles follow ${what}, p50 (${worst}, ${statements} statements)`, percentile(seconds, 0.5), ' s', { atMost: 2 })
  }
  return [figure('a table that turns late', late), figure('one that is fresh again', fresh)]
}
