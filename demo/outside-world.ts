import { Client, type ClientBase, escapeIdentifier } from 'pg'
import { DAY_MS, HOUR_MS, type Instant } from '#lib/domain/time/instant.ts'
import type { Clock } from '#lib/platform/clock.ts'
import { fillDepartmentTables } from './department-tables.ts'
import { PAST_DAYS } from './stretch.ts'
import { arrivalsOf, WORLD, type WorldTable } from './world.ts'

/** How far back rows are really written: far enough for a stopped table to show when it stopped. */
const ROWS_PAST_DAYS = PAST_DAYS + 60

interface Place {
  schema: string
  table: string
  qualified: string
}

function placeOf(table: WorldTable): Place {
  const [schema = '', name = ''] = (table.key.split('/')[1] ?? '').split('.')
  return { schema, table: name, qualified: `${escapeIdentifier(schema)}.${escapeIdentifier(name)}` }
}

async function createTables(sql: ClientBase): Promise<void> {
  for (const table of WORLD) {
    const place = placeOf(table)
    await sql.query(`create schema if not exists ${escapeIdentifier(place.schema)}`)
    await sql.query(`create table if not exists ${place.qualified} (
      id bigint generated always as identity primary key,
      row_count integer not null,
      loaded_at timestamptz not null
    )`)
    await sql.query(`create index if not exists ${escapeIdentifier(`${place.table}_loaded_at`)} on ${place.qualified} (loaded_at)`)
  }
}

async function writeArrivals(sql: ClientBase, table: WorldTable, now: Instant, firstStart: Instant): Promise<void> {
  const { qualified } = placeOf(table)
  const last = await sql.query<{ at: Date | null }>(`select max(loaded_at) as at from ${qualified}`)
  const from = last.rows[0]?.at ? last.rows[0].at.getTime() + 1 : firstStart - ROWS_PAST_DAYS * DAY_MS
  const arrivals = arrivalsOf(table, from, now, firstStart)
  if (arrivals.length === 0) return
  await sql.query(
    `insert into ${qualified} (row_count, loaded_at)
     select * from unnest($1::integer[], $2::timestamptz[])`,
    [arrivals.map((a) => a.rows), arrivals.map((a) => new Date(a.at))],
  )
}

async function withWorld(url: string, work: (sql: ClientBase) => Promise<void>): Promise<void> {
  const sql = new Client({ connectionString: url, application_name: 'demo campus' })
  await sql.connect()
  try {
    await work(sql)
  } finally {
    await sql.end()
  }
}

async function writeAll(sql: ClientBase, now: Instant, firstStart: Instant): Promise<void> {
  for (const table of WORLD) await writeArrivals(sql, table, now, firstStart)
}

export function catchUpWorld(url: string, clock: Clock, firstStart: Instant): Promise<void> {
  return withWorld(url, async (sql) => {
    await createTables(sql)
    await writeAll(sql, clock.now(), firstStart)
    await fillDepartmentTables(sql, new Date(clock.now()))
  })
}

/** Keeps the campus' tables growing: every few seconds what is due, the departments' hourly. Ends with the signal. */
export async function runWorld(url: string, clock: Clock, firstStart: Instant, signal: AbortSignal): Promise<void> {
  let filledAt = clock.now()
  while (!signal.aborted) {
    const now = clock.now()
    await withWorld(url, async (sql) => {
      await writeAll(sql, now, firstStart)
      if (now - filledAt < HOUR_MS) return
      await fillDepartmentTables(sql, new Date(now))
      filledAt = now
    })
    await clock.sleep(10_000, signal)
  }
}
