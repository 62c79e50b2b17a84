import { z } from 'zod'
import type { Instant } from '#lib/domain/time/instant.ts'
import type { Sql } from './context.ts'
import { requireRow, toInstant } from './instants.ts'
import { getSetting } from './settings.ts'

/** A table with its indexes and what it stores apart. */
export interface TableSize {
  table: string
  bytes: number
  /** As the server estimates. */
  rows: number
}

/** The note with the sizes of former days. */
export const MEASURED_KEY = 'storage-measured'

const measuredSchema = z.record(z.string(), z.record(z.string(), z.number())).catch({})

/** How large each table of Tidemark's own is, the largest first. */
export async function listTableSizes(sql: Sql): Promise<TableSize[]> {
  const { rows } = await sql.query<TableSize>(
    `select c.relname as "table", pg_total_relation_size(c.oid)::float8 as bytes, greatest(c.reltuples, 0)::float8 as rows
     from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind = 'r' and n.nspname = 'public' order by 2 desc, 1`,
  )
  return rows
}

/** The sizes in bytes of former days (UTC), by day and table. */
export async function readMeasured(sql: Sql): Promise<Record<string, Record<string, number>>> {
  return measuredSchema.parse((await getSetting(sql, MEASURED_KEY)) ?? {})
}

/** The newest migration that was applied, and how many were. */
export async function lastMigration(sql: Sql): Promise<{ count: number; last: string; at: Instant }> {
  const { rows } = await sql.query<{ count: number; last: string; at: Date }>(
    `select count(*) over ()::int as count, migration_name as last, finished_at as at
     from _prisma_migrations where finished_at is not null order by migration_name desc limit 1`,
  )
  const { count, last, at } = requireRow(rows, 'migration')
  return { count, last, at: toInstant(at) }
}
