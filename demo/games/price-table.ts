import { Pool } from 'pg'
import { requireLandedTable } from '#demo/past-landings.ts'
import { DAY_MS, type Instant } from '#lib/domain/time/instant.ts'
import { applySchemaFile } from '#lib/engine/lake/lake-schema.ts'
import type { Clock } from '#lib/platform/clock.ts'
import { dropsBetween, fileOf, UNTOLD_MS } from './shops.ts'

const TABLE = 'games_raw.prices'

/** Makes the table of prices, with those of a day and the shop of each as a column of its own; what is there stays as it is. */
export async function requirePriceTable(lakeUrl: string, { clock, firstStart }: { clock: Clock; firstStart: Instant }): Promise<void> {
  const pool = new Pool({ connectionString: lakeUrl, max: 2 })
  try {
    await applySchemaFile(pool, 'sql', 'tidemark.sql', { clock })
    const sql = await pool.connect()
    try {
      await sql.query('begin')
      const files = dropsBetween(firstStart - DAY_MS, firstStart - UNTOLD_MS, firstStart).map(fileOf)
      await requireLandedTable(sql, TABLE, { source: 'uploads', firstStart, files })
      await sql.query(`alter table ${TABLE} add column if not exists shop text generated always as (document->>'shop') stored`)
      await sql.query('commit')
    } finally {
      sql.release(true)
    }
  } finally {
    await pool.end()
  }
}
