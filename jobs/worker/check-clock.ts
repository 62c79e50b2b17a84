import type { Sql } from '#lib/db/context.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { formatDuration } from '#lib/domain/wording/durations.ts'
import type { Clock } from '#lib/platform/clock.ts'

const DIFFERENCE_MAX_MS = 1000
const TRIES = 3

/** Throws when this clock is more than a second off the database's: statuses would turn at the wrong time. */
export async function requireRightClock(sql: Sql, clock: Clock): Promise<void> {
  let smallest = Number.POSITIVE_INFINITY
  for (let tries = 0; tries < TRIES; tries++) {
    const before = clock.now()
    const database = await readDatabaseClock(sql)
    const after = clock.now()
    const difference = Math.max(before - database, database - after, 0)
    smallest = Math.min(smallest, difference)
    if (smallest <= DIFFERENCE_MAX_MS) return
  }
  throw new TidemarkError('refused', {
    publicMessage: `The clock of this machine and the database's differ by ${formatDuration(Math.round(smallest))}. Set them right (NTP); the worker does not start with a wrong time.`,
  })
}

async function readDatabaseClock(sql: Sql): Promise<Instant> {
  const { rows } = await sql.query<{ ms: number }>('select (extract(epoch from clock_timestamp()) * 1000)::float8 as ms')
  return rows[0]?.ms ?? Number.NaN
}
