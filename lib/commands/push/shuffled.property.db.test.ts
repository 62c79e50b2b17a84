import { expect, inject, test } from 'vitest'
import { rollUpDays } from '#lib/commands/status/roll-up-days.ts'
import { HOUR_MS } from '#lib/domain/time/instant.ts'
import { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { createTestDatabase } from '#lib/testing/database/database.ts'
import { declarePushed, handIn, shuffled, TABLES, takeAll, thousandEvents, whatIsStored } from '#lib/testing/push/push-world.ts'

/** How many orders are tried, by PUSH_ORDERS of the environment: three, since all fifty take minutes. */
const ORDERS = inject('pushOrders')
/** So many messages are carried over at a time; null: all of them at the end. */
const AT_ONCE = [null, 2000, 150]

const START = Date.parse('2026-11-18T00:00:00Z')

/** What is stored after these batches; each is carried over before the next comes, so many messages at a time, or all of them at the end. */
async function storedAfter(batches: readonly object[][], most: number | null) {
  const database = await createTestDatabase()
  try {
    const clock = new FakeClock(START)
    const ctx = database.context(clock)
    const index = await declarePushed(ctx, TABLES, { 'raw.t3': 'etl/loads/job 3', 'raw.t4': 'etl/loads/job 9' })
    clock.set(START + 48 * HOUR_MS)
    for (const batch of batches) {
      await handIn(ctx, batch)
      if (most !== null) await takeAll(ctx, index, most)
    }
    await takeAll(ctx, index)
    // A day that nothing touched is summed up with the others, once it has ended.
    await rollUpDays(ctx)
    return await whatIsStored(ctx)
  } finally {
    await database.drop()
  }
}

test('a thousand events of fifty runs, in whatever order, doubled and cut into batches, end in the same spans, arrivals, runs and edges', async () => {
  const events = thousandEvents(START)
  expect(events).toHaveLength(1000)
  const inOrder = await storedAfter([events], null)
  expect(inOrder.spans.length).toBeGreaterThan(40)
  expect(inOrder.facts.length).toBeGreaterThan(60)
  expect(inOrder.edges.length).toBeGreaterThan(8)
  expect(inOrder.external).toHaveLength(50)
  for (let seed = 1; seed <= ORDERS; seed += 1)
    expect(await storedAfter(shuffled(events, seed), AT_ONCE[seed % AT_ONCE.length] ?? null), `order ${seed}`).toEqual(inOrder)
}, 3_600_000)
