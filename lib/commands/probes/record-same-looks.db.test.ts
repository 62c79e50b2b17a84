import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { sweepDue } from '#lib/commands/status/sweep-due.ts'
import type { Context } from '#lib/db/context.ts'
import { HOUR_MS, type Instant, MINUTE_MS } from '#lib/domain/time/instant.ts'
import { anAge, anAsset } from '#lib/testing/catalogues/state-catalogue.ts'
import type { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { createDatabaseAt, type TestDatabase } from '#lib/testing/database/database.ts'
import { declare, look, seen, spansOf, unseen } from '#lib/testing/history/state-world.ts'

let db: TestDatabase
let ctx: Context
let clock: FakeClock
const START = Date.parse('2026-11-10T12:00:00Z')
const minutesIn = (minutes: number) => START + minutes * MINUTE_MS

beforeEach(async () => {
  ;({ database: db, clock, ctx } = await createDatabaseAt(START))
  await declare(ctx, [anAsset('a', { policies: [anAge(HOUR_MS, 2 * HOUR_MS)], blindAfterMs: 15 * MINUTE_MS })])
  await look(ctx, [seen('lake/a', { writtenAt: START })])
})
afterEach(() => db.drop())

/** A look that found all as it was; the sweep runs before it where it is due, as a worker's does. */
async function lookAgain(at: Instant): Promise<void> {
  clock.set(at)
  await sweepDue(ctx)
  await look(ctx, [{ ...seen('lake/a', { writtenAt: START }), isSame: true }])
}

const versions = async () =>
  (await ctx.pool.query('select a.ctid::text as asset, s.ctid::text as subject from asset a join subject s on s.id = a.subject_id')).rows
const probedAt = async () => (await ctx.pool.query<{ probed_at: Date }>('select probed_at from sight')).rows[0]?.probed_at.getTime()
const spans = () => spansOf(ctx, 'lake/a')

describe('looks that find all as it was', () => {
  test('only say that somebody looked: no row but that is rewritten', async () => {
    const before = await versions()
    for (const minutes of [5, 10]) await lookAgain(minutesIn(minutes))
    expect(await versions()).toEqual(before)
    expect(await probedAt()).toBe(minutesIn(10))
  })

  test('keep it fresh beyond what the first of them would have allowed, until it is too old by itself', async () => {
    for (let minutes = 5; minutes <= 90; minutes += 5) await lookAgain(minutesIn(minutes))
    expect(await spans()).toEqual(['fresh/on-time 10 12:00–10 13:00', 'late/overdue 10 13:00–'])
  })

  test('that end leave it blind at the promised instant after the last of them, to which the sweep comes back', async () => {
    for (const minutes of [5, 10, 14]) await lookAgain(minutesIn(minutes))
    clock.set(minutesIn(15))
    expect(await sweepDue(ctx)).toEqual({ swept: 0, nextDueAt: minutesIn(29) })
    clock.set(minutesIn(29))
    await sweepDue(ctx)
    expect(await spans()).toEqual(['fresh/on-time 10 12:00–10 12:29', 'unknown/probe-failed 10 12:29–'])
  })

  test('see again what was blind, decide its past anew, and close the gap', async () => {
    clock.set(minutesIn(20))
    await sweepDue(ctx)
    expect((await spans()).at(-1)).toBe('unknown/probe-failed 10 12:15–')
    await lookAgain(minutesIn(25))
    expect(await spans()).toEqual(['fresh/on-time 10 12:00–'])
    const { rows } = await ctx.pool.query('select from_at, to_at from blind')
    expect(rows).toEqual([{ from_at: new Date(minutesIn(15)), to_at: new Date(minutesIn(25)) }])
  })

  test('clear what the look before could not see', async () => {
    clock.set(minutesIn(5))
    await look(ctx, [unseen('lake/a')])
    await lookAgain(minutesIn(10))
    const { rows } = await ctx.pool.query('select problem, probed_at from asset join sight on asset_id = subject_id')
    expect(rows).toEqual([{ problem: null, probed_at: new Date(minutesIn(10)) }])
  })

  test('put off nothing that is due for another reason', async () => {
    await lookAgain(minutesIn(5))
    await ctx.pool.query(`update subject set next_change_at = $1 where key = 'lake/a'`, [new Date(minutesIn(6))])
    clock.set(minutesIn(6))
    expect(await sweepDue(ctx)).toMatchObject({ swept: 1 })
  })

  test('at an asset of another connection, and older ones than what is known, are ignored', async () => {
    await lookAgain(minutesIn(5))
    await look(ctx, [{ ...seen('lake/a', { writtenAt: START }), isSame: true }], 'nowhere')
    clock.set(minutesIn(4))
    await look(ctx, [{ ...seen('lake/a', { writtenAt: START }), isSame: true }])
    expect(await probedAt()).toBe(minutesIn(5))
  })
})
