import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Context } from '#lib/db/context.ts'
import { createTestDatabase, type TestDatabase } from '#lib/testing/database/database.ts'
import { type StoredDay, storeDays } from './days.ts'

let database: TestDatabase
let ctx: Context
beforeAll(async () => {
  database = await createTestDatabase()
  ctx = database.context()
  await ctx.pool.query(
    "insert into subject (id, kind, key, name, created_at) values (1, 'asset', 'db/t', 'T', '2026-01-01'), (2, 'asset', 'db/u', 'U', '2026-01-01')",
  )
})
afterAll(() => database.drop())

const day = (subjectId: number, date: string, own: Partial<StoredDay> = {}): StoredDay => ({
  subjectId,
  day: date,
  freshSeconds: 80_000,
  lateSeconds: 6400,
  staleSeconds: 0,
  unknownSeconds: 0,
  maintenanceSeconds: 0,
  noneSeconds: 0,
  blindSeconds: 60,
  arrivals: 1,
  expected: 1,
  missed: 0,
  cameLate: 1,
  lateDeliveries: [{ expectedBy: 1_700_000_000_000, at: 1_700_000_060_123 }],
  lateUntil: 1_700_000_060_123,
  ready: false,
  worst: 'late',
  ...own,
})
const plain = day(2, '2026-03-02', { lateDeliveries: [], cameLate: 0, lateUntil: null, ready: null, worst: null })
const blank = { worst: null, arrivals: 0, expected: 0 } as const

/** Which rows are there, each with the transaction that wrote it. */
const rows = async () => {
  const { rows: found } = await ctx.pool.query<{ key: string; by: string; late: number }>(
    "select subject_id || ' ' || to_char(day, 'YYYY-MM-DD') as key, xmin::text as by, late_seconds as late from day_status order by 1",
  )
  return found
}

it('days that are stored as they are wanted are not written again', async () => {
  const days = [day(1, '2026-03-01'), day(1, '2026-03-02', { ready: true }), plain]
  await storeDays(ctx.pool, days)
  const first = await rows()
  expect(first.map(({ key }) => key)).toEqual(['1 2026-03-01', '1 2026-03-02', '2 2026-03-02'])
  await storeDays(ctx.pool, days)
  expect(await rows()).toEqual(first)
})

it('a day that differs is written alone, and one on which nothing was promised and nothing happened goes', async () => {
  const before = await rows()
  await storeDays(ctx.pool, [
    day(1, '2026-03-01', { lateSeconds: 6401 }),
    day(1, '2026-03-02', { ready: true }),
    { ...plain, ...blank },
    day(2, '2026-03-03', blank),
  ])
  const after = await rows()
  expect(after.map(({ key, late }) => `${key} ${late}`)).toEqual(['1 2026-03-01 6401', '1 2026-03-02 6400'])
  expect(after[1]).toEqual(before[1])
})

it.each([
  ['a late delivery', { lateDeliveries: [{ expectedBy: 1_700_000_000_000, at: 1_700_000_060_124 }] }],
  ['the end of the lateness', { lateUntil: 1_700_000_060_124 }],
  ['readiness', { ready: null }],
  ['the worst status', { worst: 'stale' as const }],
  ['what was expected', { expected: 2 }],
])('%s alone makes a difference', async (_what, own) => {
  await storeDays(ctx.pool, [day(1, '2026-03-05')])
  const [before] = (await rows()).filter(({ key }) => key === '1 2026-03-05')
  await storeDays(ctx.pool, [day(1, '2026-03-05', own)])
  const [after] = (await rows()).filter(({ key }) => key === '1 2026-03-05')
  expect(after?.by).not.toBe(before?.by)
})
