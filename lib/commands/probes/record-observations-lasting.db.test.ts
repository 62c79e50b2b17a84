import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { recompute } from '#lib/commands/status/recompute.ts'
import { sweepDue } from '#lib/commands/status/sweep-due.ts'
import type { Context } from '#lib/db/context.ts'
import type { LastingReason } from '#lib/domain/freshness/facts.ts'
import { DAY_MS, HOUR_MS, type Instant, MINUTE_MS, SECOND_MS } from '#lib/domain/time/instant.ts'
import { silentLog } from '#lib/platform/log.ts'
import { anAge, anAsset } from '#lib/testing/catalogues/state-catalogue.ts'
import { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { createTestDatabase, type TestDatabase } from '#lib/testing/database/database.ts'
import { changesOf, declare, look, runIs, seen, spansOf, stateOf, unseen } from '#lib/testing/history/state-world.ts'
import { recordObservations } from './record-observations.ts'
import { recordUnreachable } from './record-unreachable.ts'

let db: TestDatabase
let ctx: Context
let clock: FakeClock
const START = Date.parse('2026-11-10T12:00:00Z')
const own = { policies: [anAge(3 * HOUR_MS, DAY_MS)], blindAfterMs: 15 * MINUTE_MS }

beforeEach(async () => {
  db = await createTestDatabase()
  clock = new FakeClock(START)
  ctx = db.context(clock)
  await declare(ctx, [anAsset('a', own)])
})

afterEach(() => db.drop())

/** Goes to an instant as a worker does, sweeping what is due on the way. */
async function goTo(instant: Instant): Promise<void> {
  for (let { nextDueAt } = await sweepDue(ctx); nextDueAt !== null && nextDueAt <= instant; { nextDueAt } = await sweepDue(ctx)) {
    clock.set(Math.max(nextDueAt, clock.now() + 1))
  }
  clock.set(instant)
  await sweepDue(ctx)
}

async function goodAt(instant: Instant, writtenAt: Instant): Promise<void> {
  await goTo(instant)
  await look(ctx, [seen('lake/a', { writtenAt })])
}

async function answerAt(instant: Instant, lasting?: LastingReason): Promise<void> {
  await goTo(instant)
  await look(ctx, [unseen('lake/a', lasting)])
}

async function expectLawful(): Promise<void> {
  const live = await stateOf(ctx)
  await ctx.pool.query('delete from status_span')
  await recompute(ctx, { withCurrentPolicy: false })
  expect((await stateOf(ctx)).spans).toEqual(live.spans)
}

const second = (seconds: number) => START + seconds * SECOND_MS
const again = async () => (await ctx.pool.query('select suspected_reason, look_again_at from asset')).rows[0]

describe('a table that is dropped', () => {
  test('is unknown after two looks that say so, dated at the first, and is told once', async () => {
    await goodAt(START, START - HOUR_MS)
    await answerAt(START + 5 * MINUTE_MS, 'gone')
    expect((await spansOf(ctx, 'lake/a')).at(-1)).toBe('fresh/on-time 10 12:00–')
    expect(await again()).toEqual({ suspected_reason: 'gone', look_again_at: new Date(START + 5 * MINUTE_MS + 40 * SECOND_MS) })
    await answerAt(START + 5 * MINUTE_MS + 43 * SECOND_MS, 'gone')
    expect((await spansOf(ctx, 'lake/a')).slice(-2)).toEqual(['fresh/on-time 10 12:00–10 12:05', 'unknown/gone 10 12:05–'])
    expect((await spansOf(ctx, 'terms', 'feed')).at(-1)).toBe('unknown/gone 10 12:05–')
    expect((await changesOf(ctx, 'terms', 'feed')).at(-1)).toBe('10 12:05 fresh → unknown')
    expect(await again()).toEqual({ suspected_reason: null, look_again_at: null })
    await goTo(START + 4 * HOUR_MS)
    await answerAt(START + 4 * HOUR_MS, 'gone')
    expect((await spansOf(ctx, 'lake/a')).slice(-2)).toEqual(['unknown/gone 10 12:05–10 14:00', 'late/gone 10 14:00–'])
    await expectLawful()
  })

  test('is warned about in the log, unlike a view that was seen and tells no time, which is noted once', async () => {
    const told: string[] = []
    const log = { ...silentLog, info: (text: string) => told.push(`info ${text}`), warn: (text: string) => told.push(`warn ${text}`) }
    const lookAt = async (minutes: number, lasting: LastingReason) => {
      clock.set(START + minutes * MINUTE_MS)
      await look({ ...ctx, log }, [unseen('lake/a', lasting)])
    }
    for (const minute of [0, 1, 5, 10]) await lookAt(minute, 'no-time')
    expect(told).toEqual(['info an asset tells no time'])
    for (const minute of [15, 16, 20]) await lookAt(minute, 'gone')
    expect(told.slice(1)).toContain('warn an asset is gone')
  })

  test('and made anew within a minute alarms nobody', async () => {
    await goodAt(START, START - HOUR_MS)
    const before = await changesOf(ctx, 'terms', 'feed')
    await answerAt(START + 5 * MINUTE_MS, 'gone')
    await goodAt(START + 5 * MINUTE_MS + 43 * SECOND_MS, START + 5 * MINUTE_MS)
    expect(await again()).toEqual({ suspected_reason: null, look_again_at: null })
    expect(await spansOf(ctx, 'lake/a')).toEqual(['fresh/on-time 10 12:00–'])
    expect(await changesOf(ctx, 'terms', 'feed')).toEqual(before)
    await expectLawful()
  })

  test('while it is late stays late under that reason, which the log tells', async () => {
    await goodAt(START, START - 5 * HOUR_MS)
    await answerAt(START + 5 * MINUTE_MS, 'gone')
    await answerAt(START + 6 * MINUTE_MS, 'gone')
    expect((await spansOf(ctx, 'lake/a')).at(-1)).toBe('late/gone 10 12:05–')
    expect((await changesOf(ctx, 'terms', 'feed')).at(-1)).toBe('10 12:05 late → late')
    const { rows } = await ctx.pool.query('select reason from status_change order by id desc limit 1')
    expect(rows).toEqual([{ reason: 'gone' }])
    await expectLawful()
  })

  test('comes back with the first good look, and what it was remains', async () => {
    await goodAt(START, START - HOUR_MS)
    await answerAt(START + 5 * MINUTE_MS, 'gone')
    await answerAt(START + 6 * MINUTE_MS, 'gone')
    await goodAt(START + 30 * MINUTE_MS, START + 29 * MINUTE_MS)
    expect((await spansOf(ctx, 'lake/a')).slice(-3)).toEqual([
      'fresh/on-time 10 12:00–10 12:05',
      'unknown/gone 10 12:05–10 12:30',
      'fresh/on-time 10 12:30–',
    ])
    const { rows } = await ctx.pool.query("select reason, to_at from blind where asset_id is not null and reason = 'gone'")
    expect(rows).toEqual([{ reason: 'gone', to_at: new Date(START + 30 * MINUTE_MS) }])
    expect((await changesOf(ctx, 'terms', 'feed')).slice(-2)).toEqual(['10 12:05 fresh → unknown', '10 12:30 unknown → fresh'])
    await expectLawful()
  })

  test('is still gone after its system was out of reach in between', async () => {
    await goodAt(START, START - HOUR_MS)
    await answerAt(second(300), 'gone')
    for (const seconds of [340, 400, 700, 1000, 1300]) {
      await goTo(second(seconds))
      await recordUnreachable(ctx, 'lake', second(seconds), 'No answer.')
    }
    await answerAt(second(1600), 'gone')
    expect((await spansOf(ctx, 'lake/a')).at(-1)).toBe('unknown/gone 10 12:05–')
    await goTo(second(1700))
    for (const seconds of [1700, 2300, 2900, 3500]) {
      await goTo(second(seconds))
      await recordUnreachable(ctx, 'lake', second(seconds), 'No answer.')
    }
    await goTo(START + 3 * HOUR_MS)
    expect((await spansOf(ctx, 'lake/a')).at(-1)).toBe('unknown/gone 10 12:05–')
    await answerAt(START + 4 * HOUR_MS, 'gone')
    expect((await spansOf(ctx, 'lake/a')).slice(-2)).toEqual(['unknown/gone 10 12:05–10 14:00', 'late/gone 10 14:00–'])
    await expectLawful()
  })

  test('and was never seen says so, too', async () => {
    await answerAt(START, 'gone')
    expect((await spansOf(ctx, 'lake/a')).at(-1)).toBe('unknown/never-observed 10 12:00–')
    await answerAt(second(43), 'gone')
    expect((await spansOf(ctx, 'lake/a')).at(-1)).toBe('unknown/gone 10 12:00–')
    await expectLawful()
  })

  test('is not suspected by a look that comes in late', async () => {
    await goodAt(START + HOUR_MS, START)
    await recordObservations(ctx, 'lake', START + MINUTE_MS, [unseen('lake/a', 'gone')])
    expect(await again()).toEqual({ suspected_reason: null, look_again_at: null })
  })
})

describe('a permission that is taken away', () => {
  test('leaves a passing deadline unknown, until it is given back', async () => {
    await goodAt(START, START - HOUR_MS)
    await answerAt(second(300), 'refused')
    await answerAt(second(343), 'refused')
    await goTo(START + 5 * HOUR_MS)
    await answerAt(START + 5 * HOUR_MS, 'refused')
    expect((await spansOf(ctx, 'lake/a')).at(-1)).toBe('unknown/refused 10 12:05–')
    await goodAt(START + 6 * HOUR_MS, START - HOUR_MS)
    expect((await spansOf(ctx, 'lake/a')).slice(-2)).toEqual(['unknown/refused 10 12:05–10 18:00', 'late/overdue 10 18:00–'])
    await expectLawful()
  })
})

describe('an asset that is looked at in another way from now on', () => {
  test('loses the suspicion, and is looked at at once', async () => {
    await goodAt(START, START - HOUR_MS)
    await answerAt(second(300), 'gone')
    await goTo(second(310))
    await declare(ctx, [anAsset('a', { ...own, settings: { column: 'written_at' } })])
    expect(await again()).toEqual({ suspected_reason: null, look_again_at: new Date(second(310)) })
  })

  test('keeps it when only its promise was edited', async () => {
    await goodAt(START, START - HOUR_MS)
    await answerAt(second(300), 'gone')
    await declare(ctx, [anAsset('a', { ...own, policies: [anAge(4 * HOUR_MS, DAY_MS)] })])
    expect(await again()).toMatchObject({ suspected_reason: 'gone' })
  })
})

describe('a table that a flow of ours writes', () => {
  const ledger = { policies: [anAge(3 * HOUR_MS, DAY_MS, 'loadedAt')], blindAfterMs: null, flow: 'term' }
  const runAt = (endedAt: Instant, n: number) =>
    runIs(ctx, {
      id: `00000000-0000-4000-8000-00000000000${n}`,
      flow: 'term',
      state: 'completed',
      scheduledFor: endedAt - MINUTE_MS,
      startedAt: endedAt - MINUTE_MS,
      endedAt,
    })
  beforeEach(() => declare(ctx, [anAsset('a', ledger)]))

  test('is not gone before its first load, and nobody is told of its absence', async () => {
    await answerAt(second(1), 'gone')
    await answerAt(second(60), 'gone')
    expect((await spansOf(ctx, 'lake/a')).at(-1)).toMatch(/^unknown\/never-observed/)
    expect(await again()).toEqual({ suspected_reason: null, look_again_at: null })
  })

  test('is gone when it was dropped, whatever the ledger says, and there again with its next load', async () => {
    await goTo(second(120))
    await runAt(second(120), 1)
    await answerAt(second(125), 'gone')
    await answerAt(second(170), 'gone')
    expect((await spansOf(ctx, 'lake/a')).at(-1)).toBe('fresh/on-time 10 12:02–')
    await goodAt(second(200), second(119))
    await answerAt(second(300), 'gone')
    await answerAt(second(343), 'gone')
    expect((await spansOf(ctx, 'lake/a')).at(-1)).toBe('unknown/gone 10 12:05–')
    await goTo(second(600))
    await runAt(second(600), 2)
    expect((await spansOf(ctx, 'lake/a')).slice(-2)).toEqual(['unknown/gone 10 12:05–10 12:10', 'fresh/on-time 10 12:10–'])
    expect(await again()).toMatchObject({ look_again_at: new Date(second(600)) })
    await answerAt(second(605), 'gone')
    await answerAt(second(650), 'gone')
    expect((await spansOf(ctx, 'lake/a')).at(-1)).toBe('unknown/gone 10 12:10–')
    await expectLawful()
  })
})
