import { randomUUID } from 'node:crypto'
import { rebuild } from '#lib/commands/status/rebuild.ts'
import { insertArrivals, type NewArrival } from '#lib/db/history/arrivals.ts'
import type { Policy } from '#lib/domain/freshness/policies/policy.ts'
import { DAY_MS, HOUR_MS, type Instant, SECOND_MS } from '#lib/domain/time/instant.ts'
import { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { createTestDatabase } from '#lib/testing/database/database.ts'
import { against, type Figure, timed } from './report.ts'

const ASSETS = 1000
const DAYS = 90
const FIRST_AT = Date.parse('2026-01-01T05:00:00Z')
const MB = 1e6

const FILL = `
  insert into connection_state (key, kind, probe_every_ms) values ('lake', 'postgres', 60000);
  insert into subject (id, kind, key, name, created_at) values (1, 'group', 'g', 'G', '2026-01-01'), (2, 'feed', 'f', 'F', '2026-01-01');
  insert into subject (id, kind, key, name, created_at) select 100 + n, 'asset', 'lake/t' || n, 'T' || n, '2026-01-01' from generate_series(1, ${ASSETS}) n;
  insert into feed (subject_id, group_id) values (2, 1);
  insert into asset (subject_id, feed_id, asset_kind, connection_key, path, flow) select 100 + n, 2, 'table', 'lake', 't' || n, 'load' from generate_series(1, ${ASSETS}) n;
  insert into subject_version (subject_id, from_at, settings) values (2, '2026-01-01', '{"group": "g"}')`

const PROMISE: Policy = {
  kind: 'deadline',
  clock: 'loadedAt',
  zone: 'America/New_York',
  calendar: null,
  cron: '0 0 * * *',
  graceMs: HOUR_MS,
  staleAfterMs: 2 * DAY_MS,
  opensBeforeMs: null,
  writer: null,
}

/** What a run of this asset's flow tells when it ends. */
function loadOf(asset: number, at: Instant): NewArrival[] {
  const fact = {
    assetId: 100 + asset,
    at,
    recordedAt: at,
    witness: 'ledger',
    happenedAt: at,
    placedAt: at - 300 * SECOND_MS,
    rows: 1000 + asset,
  } as const
  const evidence = { method: 'ledger', strength: 'strong', detail: '', costMs: 0 } as const
  const runId = randomUUID()
  return (['loadedAt', 'writtenAt'] as const).map((clock) => ({ ...fact, clock, kind: 'arrival', precision: 'instant', evidence, runId }))
}

/** What history costs, on disk and to be worked out again: a load of each asset a day. */
export async function measureStorage(): Promise<Figure[]> {
  const database = await createTestDatabase()
  const clock = new FakeClock(FIRST_AT + DAYS * DAY_MS)
  const ctx = database.context(clock)
  const sizeOf = async (tables: readonly string[]) => {
    const { rows } = await ctx.pool.query<{ mb: number }>(
      `select sum(pg_total_relation_size(t::regclass))::float8 / ${MB} as mb from unnest($1::text[]) t`,
      [tables],
    )
    return rows[0]?.mb ?? Number.NaN
  }
  await ctx.pool.query(FILL)
  const settings = { feed: 'f', promised: true, flow: 'load', blindAfterMs: null, policies: [PROMISE] }
  await ctx.pool.query("insert into subject_version (subject_id, from_at, settings) select subject_id, '2026-01-01', $1 from asset", [
    settings,
  ])
  for (let day = 0; day < DAYS; day++) {
    const facts = Array.from({ length: ASSETS }, (_, n) => loadOf(n + 1, FIRST_AT + day * DAY_MS + n * SECOND_MS)).flat()
    await insertArrivals(ctx.pool, facts)
  }
  const facts = await sizeOf(['arrival', 'evidence'])
  // As autovacuum does it elsewhere: the server of the benches has none.
  await ctx.whole.query('analyze')
  const assetIds = Array.from({ length: ASSETS }, (_, n) => 101 + n)
  const first = await timed(() => rebuild(ctx, { assetIds, from: FIRST_AT }))
  const statuses = await sizeOf(['status_span', 'status_change', 'day_status'])
  const again = await timed(() => rebuild(ctx, { assetIds, from: FIRST_AT, isThorough: true }))
  await database.drop()
  return [
    against(`${ASSETS} assets, ${DAYS} days of daily loads: what arrived`, facts, ' MB', { atMost: 50 }),
    { name: 'an arrival', value: `${((facts * MB) / (ASSETS * DAYS * 2)).toFixed(0)} bytes` },
    { name: 'these days worked out, for 10,000 assets', value: `${((first.ms / 1000) * (10_000 / ASSETS)).toFixed(1)} s` },
    against('the same again, for 10,000 assets', (again.ms / 1000) * (10_000 / ASSETS), ' s', { atMost: 20 }),
    { name: 'spans, changes and days made of them', value: `${statuses.toFixed(1)} MB` },
  ]
}
