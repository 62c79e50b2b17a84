import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Context } from '#lib/db/context.ts'
import { createTestDatabase, type TestDatabase } from '#lib/testing/database/database.ts'
import { loadWaiting, recordBound } from './receivers.ts'

const NOW = Date.parse('2026-11-20T12:00:00Z')
const GONE = { deliveredAt: NOW, givenUpAt: null, nextAttemptAt: null, problem: null }
let database: TestDatabase
let ctx: Context
beforeAll(async () => {
  database = await createTestDatabase()
  ctx = database.context()
})
afterAll(() => database.drop())

test('what became of a message and who decides about its receiver wait for each other, and neither for ever', async () => {
  const at = new Date(NOW)
  const insert = `insert into outbox (id, channel, event, created_at, next_attempt_at, carrier_id, attempts) values ($1, 'ops', $2, $3, $3, 1, 1)`
  // The second row comes first where nothing is said about their order.
  for (const id of [2, 1]) await ctx.whole.query(insert, [id, `incident:${id}`, at])
  const deciding = await ctx.whole.connect()
  try {
    await deciding.query('begin; select from outbox where id = 1 for update')
    const recorded = recordBound(ctx.whole, '1', 1, GONE)
    await expect
      .poll(
        async () =>
          (await ctx.whole.query("select from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()")).rowCount,
      )
      .toBe(1)
    expect(await loadWaiting(deciding, 'ops')).toHaveLength(2)
    await deciding.query('commit')
    await recorded
  } finally {
    await deciding.query('rollback')
    deciding.release()
  }
  expect((await ctx.whole.query('select from outbox where delivered_at is not null')).rowCount).toBe(2)
})
