import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { systemClock } from '#lib/platform/clock.ts'
import { createTestDatabase, type TestDatabase } from '#lib/testing/database/database.ts'
import { listen } from './listen.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase({ empty: true })
})
afterAll(() => database.drop())

const CUT = "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and query like 'listen %'"

test('each time a connection that listened is lost, the next one comes after a second: waits grow only while none can be had', async () => {
  const waits: number[] = []
  const ctx = database.context({ now: systemClock.now, sleep: async (ms) => void waits.push(ms) })
  const over = new AbortController()
  let called = 0
  const onChange = () => {
    called += 1
  }
  const listening = listen(ctx, over.signal, { onChange })
  for (const lost of [1, 2, 3]) {
    await vi.waitFor(() => expect(called).toBe(2 * lost - 1))
    await ctx.pool.query(CUT)
    await vi.waitFor(() => expect(waits).toHaveLength(lost))
  }
  over.abort()
  await listening
  expect(waits.slice(0, 3)).toEqual([1000, 1000, 1000])
})

test('listening that is called off while it begins ends, instead of waiting for a signal that has been given', async () => {
  const ctx = database.context()
  const over = new AbortController()
  await listen(ctx, over.signal, { onChange: () => over.abort() })
  expect(over.signal.aborted).toBe(true)
})
