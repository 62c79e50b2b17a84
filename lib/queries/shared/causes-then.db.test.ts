import { afterAll, beforeAll, expect, test } from 'vitest'
import { loadCauseHistory } from '#lib/db/causes/cause-history.ts'
import type { Context } from '#lib/db/context.ts'
import type { Cause } from '#lib/domain/lineage/causes/cause.ts'
import { causesOver } from '#lib/domain/lineage/causes/cause-history.ts'
import { HOUR_MS, type Instant } from '#lib/domain/time/instant.ts'
import type { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { createDatabaseAt, type TestDatabase } from '#lib/testing/database/database.ts'
import { tellStory } from '#lib/testing/history/causes-story.ts'
import { causesAt } from './causes.ts'

const START = Date.parse('2026-11-10T00:00Z')
let database: TestDatabase
let clock: FakeClock
let ctx: Context
beforeAll(async () => {
  ;({ database, clock, ctx } = await createDatabaseAt(START))
})
afterAll(() => database.drop())

/** What is held back, and by what. */
async function held(at: Instant | null = null): Promise<Omit<Cause, 'atRisk'>[]> {
  return (await causesAt(ctx, at)).all.flatMap(({ atRisk: _, ...cause }) => (cause.status === null ? [] : [cause]))
}

test('the causes of an instant of the past are those that were told then', async () => {
  const live: [Instant, Omit<Cause, 'atRisk'>[]][] = []
  await tellStory(ctx, clock, async () => void live.push([clock.now(), await held()]))
  clock.set(clock.now() + HOUR_MS)
  for (const [at, told] of live) expect([at, await held(at)]).toEqual([at, told])
  for (const [index, [at]] of live.entries()) {
    const from = live[Math.max(0, index - 4)]?.[0] ?? at
    const then = [...causesOver(await loadCauseHistory(ctx.whole, from, clock.now()), from, at)].at(-1)?.causes ?? []
    expect([at, then.map(({ atRisk: _, ...cause }) => cause)]).toEqual([at, await held(at)])
  }
  const roots = live.map(([, told]) => told.map(({ key, heldIds }) => `${key.replace(/asset:.*/, 'asset')} ${heldIds.length}`).join(', '))
  expect(roots).toEqual([
    ...['', 'asset 2', 'asset 2, flow:load 1', 'flow:load 1, flow:build 1', 'flow:build 1', 'flow:build 1', 'flow:build 1', 'flow:build 1'],
    ...['flow:build 1, connection:lake 3', 'flow:build 2, connection:lake 3', 'flow:build 2, asset 1, asset 1', 'flow:build 2, asset 1'],
    ...['asset 1', 'asset 1, asset 1, asset 1, asset 1'],
  ])
})
