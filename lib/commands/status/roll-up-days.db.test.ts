import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Context } from '#lib/db/context.ts'
import { putWorkerGap } from '#lib/db/history/blind.ts'
import { HOUR_MS } from '#lib/domain/time/instant.ts'
import { aDeadline, anAge, anAsset } from '#lib/testing/catalogues/state-catalogue.ts'
import type { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { createDatabaseAt, type TestDatabase } from '#lib/testing/database/database.ts'
import { declare, look, runIs, seen } from '#lib/testing/history/state-world.ts'
import { noteWorkerGap } from './note-worker-gap.ts'
import { rollUpDays } from './roll-up-days.ts'
import { sweepDue } from './sweep-due.ts'

let db: TestDatabase
let ctx: Context
let clock: FakeClock
/** Midnight in New York, one day before its clocks go back. */
const START = Date.parse('2026-10-31T04:00:00Z')
const patient = { blindAfterMs: 1000 * HOUR_MS }

beforeEach(async () => {
  ;({ database: db, clock, ctx } = await createDatabaseAt(START))
})

afterEach(() => db.drop())

async function daysOf(key: string, kind = 'asset') {
  const { rows } = await ctx.pool.query(
    `select to_char(day, 'MM-DD') as day, fresh_seconds as fresh, late_seconds as late, stale_seconds as stale, blind_seconds as blind,
       arrivals, expected, missed, late_deliveries, ready, worst
     from day_status d join subject s on s.id = d.subject_id where s.key = $1 and s.kind = $2 order by d.day`,
    [key, kind],
  )
  return rows
}

describe('summing up days', () => {
  test('each ended day gets a row, the long one with 25 hours, and the present one none', async () => {
    await declare(ctx, [anAsset('a', { ...patient, policies: [anAge(30 * HOUR_MS, 40 * HOUR_MS)] })])
    await look(ctx, [seen('lake/a', { writtenAt: START })])
    clock.set(START + 50 * HOUR_MS)
    await sweepDue(ctx)
    expect(await rollUpDays(ctx)).toEqual({ through: '2026-11-01' })
    const day = { blind: 0, expected: 0, missed: 0, late_deliveries: [] }
    expect(await daysOf('lake/a')).toEqual([
      { ...day, day: '10-31', fresh: 24 * 3600, late: 0, stale: 0, arrivals: 1, ready: true, worst: 'fresh' },
      { ...day, day: '11-01', fresh: 6 * 3600, late: 10 * 3600, stale: 9 * 3600, arrivals: 0, ready: false, worst: 'stale' },
    ])
    expect(await daysOf('terms', 'feed')).toEqual(await daysOf('lake/a'))
    expect(await daysOf('records', 'group')).toEqual(await daysOf('lake/a'))
  })

  test('what is learnt later about an ended day is put right', async () => {
    await declare(ctx, [anAsset('a', { ...patient, policies: [anAge(3 * HOUR_MS, 30 * HOUR_MS)] })])
    await look(ctx, [seen('lake/a', { writtenAt: START })])
    clock.set(START + 25 * HOUR_MS)
    await sweepDue(ctx)
    await rollUpDays(ctx)
    expect(await daysOf('terms', 'feed')).toMatchObject([{ fresh: 3 * 3600, late: 21 * 3600, arrivals: 1 }])
    await look(ctx, [seen('lake/a', { writtenAt: START + 20 * HOUR_MS })])
    expect(await daysOf('terms', 'feed')).toMatchObject([{ fresh: 6 * 3600, late: 18 * 3600, arrivals: 2 }])
  })

  test('what a rebuild has summed up already is not summed up again, what none has is', async () => {
    await declare(ctx, [anAsset('a', patient), anAsset('b', patient)])
    await look(ctx, [seen('lake/a', { writtenAt: START }), seen('lake/b', { writtenAt: START })])
    clock.set(START + 26 * HOUR_MS)
    await look(ctx, [seen('lake/a', { writtenAt: START + 20 * HOUR_MS })])
    expect([await daysOf('lake/a'), await daysOf('lake/b')]).toMatchObject([[{ day: '10-31', arrivals: 2 }], []])
    await ctx.pool.query('update day_status set blind_seconds = 7')
    await rollUpDays(ctx)
    expect([await daysOf('lake/a'), await daysOf('lake/b')]).toMatchObject([[{ blind: 7 }], [{ day: '10-31', blind: 0, arrivals: 1 }]])
    expect(await daysOf('terms', 'feed')).toMatchObject([{ day: '10-31', arrivals: 3 }])
  })

  test('deadlines that fell into a day are counted; one that was delivered late was delivered', async () => {
    await declare(ctx, [anAsset('a', { policies: [aDeadline()], blindAfterMs: null, flow: 'term' })])
    const run = (n: number, startedAt: number) => ({
      id: `00000000-0000-4000-8000-00000000000${n}`,
      flow: 'term',
      state: 'completed' as const,
      scheduledFor: startedAt,
      startedAt,
      endedAt: startedAt + 600_000,
    })
    clock.set(START + HOUR_MS + 600_000)
    await runIs(ctx, run(1, START + HOUR_MS))
    clock.set(START + 30 * HOUR_MS)
    await sweepDue(ctx)
    await runIs(ctx, run(2, START + 29 * HOUR_MS))
    clock.set(START + 50 * HOUR_MS)
    await sweepDue(ctx)
    await rollUpDays(ctx)
    expect(await daysOf('lake/a')).toMatchObject([
      { day: '10-31', expected: 1, missed: 0, arrivals: 1 },
      {
        day: '11-01',
        expected: 1,
        missed: 0,
        late_deliveries: [expect.objectContaining({ at: START + 29 * HOUR_MS + 600_000 })],
        arrivals: 1,
        worst: 'late',
      },
    ])
  })

  test('a stretch without a worker is a gap in sight, whatever the status', async () => {
    await declare(ctx, [anAsset('a', patient)])
    await look(ctx, [seen('lake/a', { writtenAt: START })])
    clock.set(START + 26 * HOUR_MS)
    await sweepDue(ctx)
    await rollUpDays(ctx)
    await noteWorkerGap(ctx, { from: START + 22 * HOUR_MS, to: START + 26 * HOUR_MS })
    expect(await daysOf('terms', 'feed')).toMatchObject([{ blind: 2 * 3600 }])
  })

  test('a worker that dies while it notes the time without one leaves the days to the next, which notes all of it', async () => {
    await declare(ctx, [anAsset('a', patient)])
    await look(ctx, [seen('lake/a', { writtenAt: START })])
    clock.set(START + 26 * HOUR_MS)
    await sweepDue(ctx)
    await rollUpDays(ctx)
    const from = START + 20 * HOUR_MS
    await putWorkerGap(ctx.pool, from, START + 22 * HOUR_MS)
    await noteWorkerGap(ctx, { from, to: START + 26 * HOUR_MS })
    expect(await daysOf('terms', 'feed')).toMatchObject([{ blind: 4 * 3600 }])
    expect(await putWorkerGap(ctx.pool, from, START + 26 * HOUR_MS)).toBe(false)
    expect((await ctx.pool.query('select 1 from blind where connection_key is null and asset_id is null')).rowCount).toBe(1)
  })
})
