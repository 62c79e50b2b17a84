import { Pool } from 'pg'
import { PAST_DAYS } from '#demo/stretch.ts'
import { DAY_MS, type Instant } from '#lib/domain/time/instant.ts'
import { applySchemaFile } from '#lib/engine/lake/lake-schema.ts'
import { prepareLandingTable } from '#lib/engine/landing/landing-table.ts'
import type { Clock } from '#lib/platform/clock.ts'

const TABLE = 'games_raw.prices'

/** Makes the table of prices as one that is older than the past: what landed in a table that was made since would be landed again. */
export async function requirePriceTable(lakeUrl: string, { clock, firstStart }: { clock: Clock; firstStart: Instant }): Promise<void> {
  const pool = new Pool({ connectionString: lakeUrl, max: 2 })
  try {
    await applySchemaFile(pool, 'sql', 'tidemark.sql', { clock })
    const sql = await pool.connect()
    try {
      await sql.query('begin')
      await prepareLandingTable(sql, TABLE, firstStart - (PAST_DAYS + 1) * DAY_MS)
      await sql.query('commit')
    } finally {
      sql.release(true)
    }
  } finally {
    await pool.end()
  }
}
