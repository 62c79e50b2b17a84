import type { Context } from '#lib/db/context.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { createTestDatabase, type TestDatabase } from './database.ts'

export async function createDatabaseAt(at: Instant | string): Promise<{ database: TestDatabase; clock: FakeClock; ctx: Context }> {
  const database = await createTestDatabase()
  const clock = new FakeClock(at)
  return { database, clock, ctx: database.context(clock) }
}
