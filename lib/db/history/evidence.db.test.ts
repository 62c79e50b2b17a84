import { afterAll, beforeAll, describe, expect, it, test } from 'vitest'
import { pruneHistory } from '#lib/commands/status/prune-history.ts'
import { type Context, withTransaction } from '#lib/db/context.ts'
import type { Evidence } from '#lib/domain/freshness/facts.ts'
import { applyMigrations } from '#lib/platform/migrate.ts'
import { createTestDatabase, type TestDatabase } from '#lib/testing/database/database.ts'
import { migrateBefore } from '#lib/testing/database/migrate-before.ts'
import { loadArrivals } from './arrivals.ts'
import { storeEvidence } from './evidence.ts'

const column: Evidence = { method: 'column', strength: 'strong', detail: 'The newest loaded_at.', costMs: 3 }
const counters: Evidence = { method: 'counters', strength: 'weak', detail: 'Rows became visible.', costMs: 0 }

describe('evidence', () => {
  let database: TestDatabase
  let ctx: Context
  beforeAll(async () => {
    database = await createTestDatabase()
    ctx = database.context()
  })
  afterAll(() => database.drop())
  const stored = async () => (await ctx.pool.query('select method, strength, detail, cost_ms from evidence order by id')).rows

  it('is kept once for all that is known in the same way at about the same cost', async () => {
    const [first, second, none, slow] = await storeEvidence(ctx.pool, [column, { ...column, costMs: 9 }, null, { ...column, costMs: 40 }])
    expect(second).toBe(first)
    expect(none).toBeNull()
    expect(slow).not.toBe(first)
    expect(await storeEvidence(ctx.pool, [counters, column])).toEqual([expect.any(Number), first])
    expect(await stored()).toEqual([
      { method: 'column', strength: 'strong', detail: column.detail, cost_ms: 1 },
      { method: 'column', strength: 'strong', detail: column.detail, cost_ms: 10 },
      { method: 'counters', strength: 'weak', detail: counters.detail, cost_ms: 0 },
    ])
  })

  it('told by two at the same time is one row, and both know it', async () => {
    const told = { ...column, detail: 'Told twice at once.' }
    const ids = await Promise.all([1, 2, 3, 4].map(() => withTransaction(ctx, (sql) => storeEvidence(sql, [told, counters]))))
    expect(new Set(ids.map(([id]) => id)).size).toBe(1)
    expect(ids.flat()).not.toContain(null)
  })

  it('that no fact names any more is forgotten', async () => {
    await storeEvidence(ctx.pool, [column, counters])
    const gone = await pruneHistory(ctx)
    expect(gone['evidence']).toBeGreaterThanOrEqual(2)
    expect(await stored()).toEqual([])
  })
})

test('facts of before keep their evidence; what a run told names the run itself', async () => {
  const database = await createTestDatabase({ empty: true })
  try {
    await migrateBefore(database.url, '20261130002000_evidence_by_reference')
    const { pool } = database.context()
    const run = '00000000-0000-4000-8000-000000000001'
    await pool.query(`
      insert into subject (id, kind, key, name, created_at) values (1, 'asset', 'lake/a', 'a', '2026-11-01'), (2, 'feed', 'f', 'f', '2026-11-01'), (3, 'group', 'g', 'g', '2026-11-01');
      insert into feed (subject_id, group_id) values (2, 3);
      insert into asset (subject_id, feed_id, asset_kind, connection_key, path) values (1, 2, 'table', 'lake', 'a');
      insert into arrival (asset_id, clock, at, recorded_at, source, happened_at, kind, run_id, evidence) values
        (1, 'loadedAt', '2026-11-20T08:00Z', '2026-11-20T08:00Z', 'ledger', '2026-11-20T08:00Z', 'arrival', '${run}',
         '{"method": "ledger", "strength": "strong", "detail": "Run ${run} of load ended completed.", "costMs": 0}'),
        (1, 'writtenAt', '2026-11-20T08:00Z', '2026-11-20T08:05Z', 'connection:lake', '2026-11-20T08:05Z', 'arrival', null,
         '{"method": "counters", "strength": "weak", "detail": "Rows became visible.", "costMs": 0.4}'),
        (1, 'writtenAt', '2026-11-21T08:00Z', '2026-11-21T08:05Z', 'connection:lake', '2026-11-21T08:05Z', 'arrival', null,
         '{"method": "column", "strength": "strong", "detail": "max(loaded_at)", "costMs": 312.5}'),
        (1, 'dataThroughAt', '2026-11-21T08:00Z', '2026-11-21T08:05Z', 'connection:lake', '2026-11-21T08:05Z', 'arrival', null, null)`)
    await applyMigrations(database.url, 'prisma/migrations')
    const { rows } = await pool.query('select method, strength, detail, cost_ms from evidence order by id')
    expect(rows).toEqual([
      { method: 'column', strength: 'strong', detail: 'max(loaded_at)', cost_ms: 100 },
      { method: 'counters', strength: 'weak', detail: 'Rows became visible.', cost_ms: 0 },
      { method: 'ledger', strength: 'strong', detail: '', cost_ms: 0 },
    ])
    const arrivals = (await loadArrivals(pool, [{ assetId: 1, from: 0 }])).get(1) ?? []
    expect(arrivals.map(({ clock, weakBy }) => `${clock} ${weakBy}`)).toEqual([
      'loadedAt null',
      'writtenAt counters',
      'writtenAt null',
      'dataThroughAt null',
    ])
  } finally {
    await database.drop()
  }
})
