import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Context } from '#lib/db/context.ts'
import { getRulesVersion } from '#lib/db/settings.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '#lib/domain/time/instant.ts'
import { aDeadline, anAsset } from '#lib/testing/catalogues/state-catalogue.ts'
import { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { createTestDatabase, type TestDatabase } from '#lib/testing/database/database.ts'
import { changesOf, declare, runIs, spansOf, stateOf } from '#lib/testing/history/state-world.ts'
import { RULES_VERSION, restateHistory } from './restate-history.ts'
import { rollUpDays } from './roll-up-days.ts'
import { sweepDue } from './sweep-due.ts'

const START = Date.parse('2026-11-19T12:00:00Z')
/** One in the morning in New York. */
const tick = (night: number) => Date.parse('2026-11-20T06:00:00Z') + night * DAY_MS

let database: TestDatabase
let clock: FakeClock
let ctx: Context
beforeEach(async () => {
  database = await createTestDatabase()
  clock = new FakeClock(START)
  ctx = database.context(clock)
  await declare(ctx, [anAsset('terms', { flow: 'term', policies: [aDeadline({ opensBeforeMs: 12 * HOUR_MS })], blindAfterMs: null })])
})
afterEach(() => database.drop())

/** A load that was scheduled then and took ten minutes. */
async function loads(id: number, scheduledFor: number): Promise<void> {
  const run = { id: `00000000-0000-4000-8000-${String(id).padStart(12, '0')}`, flow: 'term', scheduledFor, startedAt: scheduledFor }
  clock.set(scheduledFor + 10 * MINUTE_MS)
  await runIs(ctx, { ...run, state: 'completed', endedAt: clock.now() })
}

async function passUntil(at: number): Promise<void> {
  for (let due = (await sweepDue(ctx)).nextDueAt; due !== null && due <= at; due = (await sweepDue(ctx)).nextDueAt) clock.set(due)
  clock.set(at)
  await rollUpDays(ctx)
}

/** Twelve hours ahead counted by rules of before; the stored promise no longer says so, as after an upgrade. */
async function upgrade(): Promise<void> {
  await ctx.pool.query(`update subject_version set settings = jsonb_set(settings, '{policies,0,opensBeforeMs}', 'null')
    where settings @> '{"policies": [{"kind": "deadline"}]}'`)
}

const messages = async () => (await ctx.pool.query('select 1 from outbox')).rowCount

describe('the first start on new rules', () => {
  test('restates the whole past, its days too, and tells nobody', async () => {
    await loads(1, tick(0))
    await loads(2, tick(0) + 15 * HOUR_MS)
    await passUntil(tick(2) - HOUR_MS)
    expect((await spansOf(ctx, 'lake/terms')).at(-1)).toBe('fresh/on-time 20 06:10–')
    await upgrade()
    const before = await messages()
    expect(await restateHistory(ctx)).toMatchObject({ changes: expect.any(Number) })
    expect((await spansOf(ctx, 'lake/terms')).slice(1)).toEqual([
      'fresh/on-time 20 06:10–21 06:00',
      'fresh/due 21 06:00–21 06:45',
      'late/overdue 21 06:45–',
    ])
    expect((await changesOf(ctx, 'terms', 'feed')).at(-1)).toBe('(21 06:45 fresh → late)')
    expect(await messages()).toBe(before)
    const { days } = await stateOf(ctx)
    expect(days).toContainEqual(expect.objectContaining({ day_text: '2026-11-21', expected: 1, missed: 1, worst: 'late' }))
  })

  test('is the only one: the version of the rules is on record', async () => {
    expect(await getRulesVersion(ctx.whole)).toBeNull()
    await restateHistory(ctx)
    expect(await getRulesVersion(ctx.whole)).toBe(RULES_VERSION)
    expect(await restateHistory(ctx)).toBeNull()
  })

  test('changes nothing where the new rules say the same', async () => {
    await loads(1, tick(0))
    await passUntil(tick(0) + 3 * HOUR_MS)
    await upgrade()
    expect(await restateHistory(ctx)).toEqual({ changes: 0 })
  })

  test('still tells what turned while nobody was there', async () => {
    await loads(1, tick(0))
    await passUntil(tick(1) - HOUR_MS)
    const before = (await messages()) ?? 0
    await upgrade()
    clock.set(tick(1) + 2 * HOUR_MS)
    await restateHistory(ctx)
    expect((await changesOf(ctx, 'terms', 'feed')).at(-1)).toBe('21 06:45 fresh → late')
    expect(await messages()).toBe(before + 1)
  })
})
