import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { recompute } from '#lib/commands/status/recompute.ts'
import { sweepDue } from '#lib/commands/status/sweep-due.ts'
import type { Context } from '#lib/db/context.ts'
import { aDeadline, anAsset } from '#lib/testing/catalogues/state-catalogue.ts'
import { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { createTestDatabase, type TestDatabase } from '#lib/testing/database/database.ts'
import { declare, look, runIs, seen, spansOf, stateOf } from '#lib/testing/history/state-world.ts'

let db: TestDatabase
let ctx: Context
let clock: FakeClock
const at = (time: string) => Date.parse(`2026-11-${time}:00Z`.replace(' ', 'T'))

beforeEach(async () => {
  db = await createTestDatabase()
  clock = new FakeClock(at('10 12:00'))
  ctx = db.context(clock)
  await declare(ctx, [anAsset('a', { flow: 'term', policies: [aDeadline()], blindAfterMs: null })])
  await begin(1, '11 06:00')
  await end(1, '11 06:10', 'completed')
  await lookAt('11 06:15', '11 06:09')
})
afterEach(() => db.drop())

const aRun = (number: number) => ({
  id: `00000000-0000-4000-8000-00000000000${number}`,
  flow: 'term',
  scheduledFor: at(`1${number} 06:00`),
})

async function begin(number: number, time: string) {
  clock.set(at(time))
  await runIs(ctx, { ...aRun(number), startedAt: at(time), state: 'running', endedAt: null })
}

async function end(number: number, time: string, state: 'completed' | 'failed') {
  clock.set(at(time))
  await runIs(ctx, { ...aRun(number), startedAt: at(time) - 600_000, state, endedAt: at(time) })
}

/** A good look at a time that finds this as the newest write. */
async function lookAt(time: string, writtenAt: string, more: { isSame?: boolean } = {}) {
  clock.set(at(time))
  await sweepDue(ctx)
  await look(ctx, [{ ...seen('lake/a', { writtenAt: at(writtenAt) }), ...more }])
}

const now = async () => (await spansOf(ctx, 'lake/a')).at(-1)

describe('a table whose newest write is gone', () => {
  test('stays fresh when a load of ours since the last look explains it', async () => {
    await begin(2, '12 06:00')
    await end(2, '12 06:10', 'completed')
    for (const time of ['12 06:15', '12 06:20']) {
      await lookAt(time, '08 06:09')
      expect(await now()).toBe('fresh/on-time 12 06:10–')
    }
  })

  test('stays fresh while the load that took it away is still under way', async () => {
    await begin(2, '12 06:00')
    await lookAt('12 06:05', '08 06:09')
    expect(await now()).toBe('fresh/due 12 06:00–')
    await end(2, '12 06:10', 'completed')
    await lookAt('12 06:15', '08 06:09')
    expect(await now()).toBe('fresh/on-time 12 06:10–')
  })

  test('holds old data when no load explains it', async () => {
    await begin(2, '12 06:00')
    await end(2, '12 06:10', 'completed')
    await lookAt('12 06:15', '12 06:09')
    await lookAt('12 09:00', '08 06:09')
    expect(await now()).toBe('stale/old-data 12 09:00–')
  })

  test.each([false, true])(
    'holds old data when the load under way then failed, also where all is as at the look before: %s',
    async (isSame) => {
      await begin(2, '12 06:00')
      await lookAt('12 06:05', '08 06:09')
      await end(2, '12 06:10', 'failed')
      await lookAt('12 06:15', '08 06:09', { isSame })
      expect((await spansOf(ctx, 'lake/a')).slice(-2)).toEqual(['fresh/due 12 06:00–12 06:15', 'stale/run-failed 12 06:15–'])
    },
  )

  test('and is empty when it is gone altogether, whoever loaded it', async () => {
    await begin(2, '12 06:00')
    await end(2, '12 06:10', 'completed')
    clock.set(at('12 06:15'))
    await look(ctx, [seen('lake/a', { writtenAt: null })])
    expect(await now()).toBe('stale/empty 12 06:15–')
  })

  test('has a past that is the same however often it is worked out', async () => {
    await begin(2, '12 06:00')
    await end(2, '12 06:10', 'completed')
    await lookAt('12 06:15', '08 06:09')
    const before = await stateOf(ctx)
    await recompute(ctx, { withCurrentPolicy: false })
    expect((await stateOf(ctx)).spans).toEqual(before.spans)
  })
})
