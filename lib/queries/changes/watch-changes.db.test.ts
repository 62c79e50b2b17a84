import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Context } from '#lib/db/context.ts'
import { noteHeartbeat, noteStopped } from '#lib/db/runs/workers.ts'
import { MINUTE_MS } from '#lib/domain/time/instant.ts'
import { getHealth } from '#lib/queries/pages/health.ts'
import { getBanners } from '#lib/queries/shared/banners.ts'
import { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { createTestDatabase, type TestDatabase } from '#lib/testing/database/database.ts'
import { getChangeSequence, getChangesAfter, getLastChange } from './change-sequence.ts'
import { type Movement, watchChanges } from './watch-changes.ts'

let database: TestDatabase
let ctx: Context
const clock = new FakeClock('2026-11-20T17:00:00Z')

async function change(count = 1): Promise<void> {
  await ctx.pool.query(
    `insert into status_change (subject_id, from_status, to_status, reason, at, recorded_at)
     select 1, 'fresh', 'late', 'overdue', '2026-11-20T17:00:00Z', '2026-11-20T17:00:00Z' from generate_series(1, $1)`,
    [count],
  )
}

beforeAll(async () => {
  database = await createTestDatabase()
  ctx = database.context(clock)
  await ctx.pool.query(`insert into subject (id, kind, key, name, created_at) values (1, 'feed', 'terms', 'Terms', '2026-11-16T05:00:00Z')`)
})
afterAll(() => database.drop())

test('a committed change is told at once, without waiting for the next look', async () => {
  const stop = new AbortController()
  const movements: Movement[] = []
  const watching = watchChanges(ctx, stop.signal, async (movement) => {
    movements.push(movement)
  })
  try {
    await expect.poll(listeners).toBe(1)
    // What is committed before the first look has ended is where it begins, so it may take a second change.
    await expect.poll(() => change().then(() => movements.length), { timeout: 10_000 }).toBeGreaterThan(0)
    expect(movements[0]).toMatchObject({ statuses: true, runs: false })
  } finally {
    stop.abort()
    await watching
  }
})

async function listeners(): Promise<number> {
  const { rows } = await ctx.pool.query<{ count: number }>(
    `select count(*)::int as count from pg_stat_activity where datname = current_database() and query = 'listen tidemark_change' and state = 'idle'`,
  )
  return rows[0]?.count ?? 0
}

test('changes are told in order from any point; too many are told as one', async () => {
  const { id } = await getLastChange(ctx)
  await change(3)
  const told = await getChangesAfter(ctx, id)
  expect(told?.map((event) => Number(event.id) - Number(id))).toEqual([1, 2, 3])
  expect(told?.[0]).toMatchObject({ kind: 'feed', key: 'terms', from: 'fresh', to: 'late' })
  await change(300)
  expect(await getChangesAfter(ctx, id)).toBeNull()
})

test('the facts move when the worker falls silent, though nothing was written', async () => {
  await noteHeartbeat(ctx.whole, { id: 'w', startedAt: clock.now(), at: clock.now(), detail: {} })
  const before = await getChangeSequence(ctx)
  expect(await getChangeSequence(ctx)).toEqual(before)
  await clock.advance(2 * MINUTE_MS)
  expect((await getChangeSequence(ctx)).facts).not.toBe(before.facts)
})

test('a silent worker is a banner with its last sign of life, and not healthy', async () => {
  expect(await getBanners(ctx, false)).toContainEqual({ kind: 'worker', since: clock.now() - 2 * MINUTE_MS })
  expect(await getHealth(ctx)).toMatchObject({ ok: false, database: { ok: true }, worker: { ok: false, heartbeatAgeSeconds: 120 } })
  await noteHeartbeat(ctx.whole, { id: 'w', startedAt: clock.now(), at: clock.now(), detail: {} })
  expect(await getBanners(ctx, false)).toEqual([])
  expect((await getHealth(ctx)).ok).toBe(true)
})

test('a worker that stopped in good order is told at once', async () => {
  await noteStopped(ctx.whole, 'w', clock.now())
  expect(await getBanners(ctx, true)).toEqual([{ kind: 'worker', since: clock.now() }, { kind: 'demo' }])
})
