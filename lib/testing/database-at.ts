import type { Context } from '#lib/db/context.ts'
import type { Instant } from '#lib/domain/instant.ts'
import { createTestDatabase, type TestDatabase } from './database.ts'
import { FakeClock } from './fake-clock.ts'

/** A new database of its own, and a context on it for which it is `at`; drop the database when done. */
export async function createDatabaseAt(at: Instant | string): Promise<{ database: TestDatabase; clock: FakeClock; ctx: Context }> {
  const database = await createTestDatabase()
  const clock = new FakeClock(at)
  return { database, clock, ctx: database.context(clock) }
}
