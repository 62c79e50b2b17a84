import { Client, Pool, type PoolClient } from 'pg'
import { requireLandedTable } from '#demo/past-landings.ts'
import { DAY_MS, type Instant } from '#lib/domain/time/instant.ts'
import { applySchemaFile } from '#lib/engine/lake/lake-schema.ts'
import type { Clock } from '#lib/platform/clock.ts'
import { ENTITIES } from './entities.ts'
import { filesBetween, tableOf } from './exports.ts'

const REVENUE = `
  create schema if not exists finance;
  create table if not exists finance.revenue (
    day date primary key, invoices integer not null, invoiced numeric(12, 2) not null, paid numeric(12, 2) not null, made_at timestamptz not null
  )`

/** Of each day what the invoices of which the lake knows were about, and what was paid for them. */
const MAKE_REVENUE = `
  insert into finance.revenue (day, invoices, invoiced, paid, made_at)
  select (i.document->>'issued_on')::date, count(*), sum((i.document->>'amount')::numeric), coalesce(sum(p.paid), 0), $1
  from (select distinct on (document->>'id') document from billing.invoice order by document->>'id', upload_date desc) i
  left join lateral (
    select sum((document->>'amount')::numeric) as paid from billing.payment where document->>'invoice_id' = i.document->>'id'
  ) p on true group by 1
  on conflict (day) do update set invoices = excluded.invoices, invoiced = excluded.invoiced, paid = excluded.paid, made_at = excluded.made_at`

/** Makes the tables that files land in, with what has landed of late, and that of Finance; what is there stays as it is. */
export async function requireEnterpriseTables(
  lakeUrl: string,
  { clock, firstStart, toldFrom }: { clock: Clock; firstStart: Instant; toldFrom: Instant },
): Promise<void> {
  const pool = new Pool({ connectionString: lakeUrl, max: 2 })
  try {
    await applySchemaFile(pool, 'sql', 'tidemark.sql', { clock })
    const sql = await pool.connect()
    try {
      await sql.query('begin')
      await fillTables(sql, firstStart, toldFrom)
      await sql.query(REVENUE)
      await sql.query('commit')
    } finally {
      sql.release(true)
    }
  } finally {
    await pool.end()
  }
  await makeRevenue(lakeUrl, clock.now())
}

async function fillTables(sql: PoolClient, firstStart: Instant, toldFrom: Instant): Promise<void> {
  const landed = Map.groupBy(filesBetween(firstStart - DAY_MS, toldFrom, firstStart), ({ entity }) => entity)
  for (const entity of ENTITIES) {
    const files = landed.get(entity) ?? []
    await requireLandedTable(sql, tableOf(entity), { source: 'storage', firstStart, files })
  }
}

/** What the data factory transforms for Finance. */
export async function makeRevenue(lakeUrl: string, at: Instant): Promise<void> {
  const sql = new Client({ connectionString: lakeUrl, application_name: 'data factory' })
  await sql.connect()
  try {
    await sql.query(MAKE_REVENUE, [new Date(at)])
  } finally {
    await sql.end()
  }
}
