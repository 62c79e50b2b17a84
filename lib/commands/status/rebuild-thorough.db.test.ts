import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import type { Context } from '#lib/db/context.ts'
import { insertArrivals } from '#lib/db/history/arrivals.ts'
import { connectionWitness } from '#lib/domain/freshness/witnesses/witness.ts'
import { HOUR_MS } from '#lib/domain/time/instant.ts'
import { silentLog } from '#lib/platform/log.ts'
import { anAge, anAsset } from '#lib/testing/catalogues/state-catalogue.ts'
import type { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { createDatabaseAt, type TestDatabase } from '#lib/testing/database/database.ts'
import { declare, look, seen } from '#lib/testing/history/state-world.ts'
import { rebuild } from './rebuild.ts'
import { rollUpDays } from './roll-up-days.ts'
import { sweepDue } from './sweep-due.ts'

const START = Date.parse('2026-10-20T04:00:00Z')
const DAY_AFTER = START + 30 * HOUR_MS

let db: TestDatabase
let ctx: Context
let clock: FakeClock
let ids: number[]
let right: Awaited<ReturnType<typeof above>>

/** What is stored of feeds and groups. */
async function above() {
  const spans = await ctx.pool.query(
    `select s.key, p.status, p.reason, p.from_at, p.to_at from status_span p join subject s on s.id = p.subject_id
     where s.kind <> 'asset' order by s.kind, s.key, p.from_at`,
  )
  const days = await ctx.pool.query<{ kind: string; arrivals: number }>(
    `select s.kind, s.key, d.arrivals, d.late_seconds, d.worst, d.ready from day_status d join subject s on s.id = d.subject_id
     where s.kind <> 'asset' and d.day = '2026-10-20' order by s.kind, s.key`,
  )
  return { spans: spans.rows, days: days.rows }
}

async function spoil() {
  await ctx.pool.query("update day_status set arrivals = 9 where subject_id in (select id from subject where kind <> 'asset')")
  await ctx.pool.query(
    "update status_span set status = 'stale', reason = 'overdue' where subject_id in (select id from subject where kind = 'feed')",
  )
}

beforeAll(async () => {
  ;({ database: db, clock, ctx } = await createDatabaseAt(START - HOUR_MS))
  const patient = { blindAfterMs: 1000 * HOUR_MS }
  await declare(ctx, [
    anAsset('a', { ...patient, policies: [anAge(3 * HOUR_MS, 900 * HOUR_MS)] }),
    anAsset('b', { ...patient, policies: [anAge(500 * HOUR_MS, 900 * HOUR_MS)] }),
  ])
  clock.set(START)
  await look(ctx, [seen('lake/a', { writtenAt: START }), seen('lake/b', { writtenAt: START })])
  clock.set(DAY_AFTER)
  await sweepDue(ctx)
  await rollUpDays(ctx)
  const { rows } = await ctx.pool.query<{ id: number }>("select id from subject where kind = 'asset' order by key")
  ids = rows.map(({ id }) => id)
  right = await above()
})

afterAll(() => db.drop())

test('where no asset differs, what is above them is left alone', async () => {
  expect(right.days).toMatchObject([
    { kind: 'feed', arrivals: 2, worst: 'late' },
    { kind: 'group', arrivals: 2, worst: 'late' },
  ])
  await spoil()
  const spoiled = await above()
  expect(spoiled).not.toEqual(right)
  expect(await rebuild(ctx, { assetIds: ids, from: START + HOUR_MS })).toEqual({ assets: 2, changes: 0 })
  expect(await above()).toEqual(spoiled)
})

test.each([500, 1])('a thorough rebuild puts it right, %i assets at a time', async (limit) => {
  await spoil()
  await rebuild(ctx, { assetIds: ids, from: 0, isThorough: true, limit })
  expect(await above()).toEqual(right)
})

test('once a batch has failed none is begun any more, and none goes on', async () => {
  let batches = 0
  const onBatch = async () => {
    batches += 1
    if (batches === 1) throw new Error('enough')
  }
  const unknown = [900_001, 900_002, 900_003]
  await expect(rebuild(ctx, { assetIds: [...ids, ...unknown], from: 0, isThorough: true, limit: 1, onBatch })).rejects.toThrow('enough')
  expect(batches).toBeLessThanOrEqual(2)
  expect(ctx.whole.idleCount).toBe(ctx.whole.totalCount)
})

test('where two batches fail the first failure is thrown and the other one logged', async () => {
  const logged: unknown[] = []
  const log = { ...silentLog, error: (_: string, fields?: Record<string, unknown>) => logged.push(fields?.['error']) }
  const both = Promise.withResolvers<void>()
  let batches = 0
  const onBatch = async () => {
    batches += 1
    const own = batches
    if (own === 2) both.resolve()
    await both.promise
    throw new Error(`failure ${own}`)
  }
  await expect(rebuild({ ...ctx, log }, { assetIds: ids, from: 0, isThorough: true, limit: 1, onBatch })).rejects.toThrow(/^failure \d$/)
  expect(logged).toEqual([expect.stringMatching(/failure \d/)])
})

test('a count that differs reaches the days above, though no status does', async () => {
  const [, assetId = 0] = ids
  const at = START + HOUR_MS
  const fact = {
    assetId,
    clock: 'writtenAt',
    at,
    recordedAt: DAY_AFTER,
    happenedAt: DAY_AFTER,
    witness: connectionWitness('lake'),
  } as const
  await insertArrivals(ctx.pool, [{ ...fact, kind: 'arrival', precision: 'instant', rows: null, evidence: null, runId: null }])
  expect(await rebuild(ctx, { assetIds: [assetId], from: at })).toEqual({ assets: 1, changes: 0 })
  expect((await above()).days).toMatchObject([
    { kind: 'feed', arrivals: 3 },
    { kind: 'group', arrivals: 3 },
  ])
})

test('a sweep that finds nothing due asks for no more than that', async () => {
  await sweepDue(ctx)
  const [asked, begun] = [vi.spyOn(ctx.pool, 'query'), vi.spyOn(ctx.whole, 'connect')]
  const { swept, nextDueAt } = await sweepDue(ctx)
  expect([swept, asked.mock.calls.length, begun.mock.calls.length]).toEqual([0, 1, 1])
  expect(nextDueAt).toBeGreaterThan(clock.now())
})
