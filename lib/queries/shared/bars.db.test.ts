import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Context } from '#lib/db/context.ts'
import { putSetting } from '#lib/db/settings.ts'
import { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { createTestDatabase, type TestDatabase } from '#lib/testing/database/database.ts'
import { getBars } from './bars.ts'
import { getDayRows } from './day-rows.ts'
import { getDayWindow } from './day-window.ts'

const page = { zone: 'America/New_York', readyBy: '08:00' }
let database: TestDatabase
let ctx: Context

async function addDay(day: string, seconds: { fresh: number; late?: number; blind?: number }, worst: string, ready: boolean | null = true) {
  await ctx.pool.query(
    `insert into day_status (subject_id, day, fresh_seconds, late_seconds, stale_seconds, unknown_seconds, maintenance_seconds, none_seconds,
       blind_seconds, expected, ready, worst) values (1, $1, $2, $3, 0, 0, 0, 0, $4, 1, $5, $6)`,
    [day, seconds.fresh, seconds.late ?? 0, seconds.blind ?? 0, ready, worst],
  )
}

async function addSpan(status: string, from: string, to: string | null) {
  await ctx.pool.query(`insert into status_span (subject_id, status, reason, from_at, to_at) values (1, $1, 'overdue', $2, $3)`, [
    status,
    from,
    to,
  ])
}

beforeAll(async () => {
  database = await createTestDatabase()
  ctx = database.context(new FakeClock('2026-11-20T17:00:00Z'))
  await ctx.pool.query(`insert into subject (id, kind, key, name, created_at) values (1, 'feed', 'terms', 'Terms', '2026-11-16T05:00:00Z')`)
  await putSetting(ctx.pool, 'rolled-up-through', '2026-11-18')
  await addDay('2026-11-16', { fresh: 86_400 }, 'fresh')
  await addDay('2026-11-17', { fresh: 43_200, late: 43_200 }, 'late', false)
  await addDay('2026-11-18', { fresh: 86_400, blind: 3600 }, 'fresh', null)
  await addSpan('fresh', '2026-11-16T05:00:00Z', '2026-11-20T11:00:00Z')
  await addSpan('late', '2026-11-20T11:00:00Z', null)
})
afterAll(() => database.drop())

test('days that are rolled up come from their rows, later ones from the spans, earlier ones are nothing', async () => {
  const bars = (await getBars(ctx, await getDayWindow(ctx, page), { ids: [1] })).get(1)
  expect(bars?.until).toBe('2026-11-20')
  expect(bars?.days).toBe(`${'.'.repeat(85)}f(l14f14)Ff(l14f14)`)
})

test('share and ready-by record come from the same seconds and are cut, today included as far as it has come', async () => {
  const bars = (await getBars(ctx, await getDayWindow(ctx, page), { ids: [1] })).get(1)
  const fresh = 86_400 + 43_200 + 86_400 + 86_400 + 6 * 3600
  const late = 43_200 + 6 * 3600
  expect(bars?.share).toBe(Math.floor((10_000 * fresh) / (fresh + late)) / 100)
  expect(bars).toMatchObject({ ready: 1, readyOf: 2 })
})

test('the table behind the bars tells the same days, newest first', async () => {
  const days = await getDayRows(ctx, await getDayWindow(ctx, page), 1)
  expect(days.map((day) => [day.day, day.worst, day.late])).toEqual([
    ['2026-11-20', 'late', 6 * 3600],
    ['2026-11-19', 'fresh', 0],
    ['2026-11-18', 'fresh', 0],
    ['2026-11-17', 'late', 43_200],
    ['2026-11-16', 'fresh', 0],
  ])
})

test('a stale minute is a small part of its day, and time that nobody could see is told beside a share of 100', async () => {
  await ctx.pool.query(
    `insert into subject (id, kind, key, name, created_at) values (2, 'feed', 'courses', 'Courses', '2026-11-16T05:00:00Z')`,
  )
  await ctx.pool.query(
    `insert into day_status (subject_id, day, fresh_seconds, late_seconds, stale_seconds, unknown_seconds, maintenance_seconds, none_seconds, worst)
     values (2, '2026-11-16', 86340, 0, 60, 0, 0, 0, 'stale'), (2, '2026-11-17', 43200, 0, 0, 43200, 0, 0, 'unknown'),
       (2, '2026-11-18', 0, 0, 0, 0, 0, 86400, null)`,
  )
  const bars = (await getBars(ctx, await getDayWindow(ctx, page), { ids: [2] })).get(2)
  expect(bars).toMatchObject({ days: `${'.'.repeat(85)}(s2f26)(u14f14)...`, share: 99.95, unseenSeconds: 43_200 })
})

test('of the days that are not rolled up yet the stale time counts in the share as well', async () => {
  await ctx.pool.query(
    `insert into subject (id, kind, key, name, created_at) values (3, 'feed', 'rooms', 'Rooms', '2026-11-19T05:00:00Z');
     insert into status_span (subject_id, status, reason, from_at, to_at) values
       (3, 'stale', 'overdue', '2026-11-19T05:00:00Z', '2026-11-20T05:00:00Z'), (3, 'fresh', 'on-time', '2026-11-20T05:00:00Z', null)`,
  )
  const bars = (await getBars(ctx, await getDayWindow(ctx, page), { ids: [3] })).get(3)
  expect(bars?.share).toBe(33.33)
})

test('a subject without history has no bars', async () => {
  expect(await getBars(ctx, await getDayWindow(ctx, page), { ids: [99] })).toEqual(new Map())
})
