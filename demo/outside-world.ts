import { Client, type ClientBase, escapeIdentifier } from 'pg'
import { DAY_MS, type Instant } from '#lib/domain/instant.ts'
import type { Clock } from '#lib/platform/clock.ts'
import { arrivalsOf, PAST_DAYS, WORLD, type WorldTable } from './world.ts'

/** How far back rows are really written: enough for a stopped table to show when it stopped. */
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
      posted_on date,
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
    `insert into ${qualified} (row_count, posted_on, loaded_at)
     select * from unnest($1::integer[], $2::date[], $3::timestamptz[])`,
    [arrivals.map((a) => a.rows), arrivals.map((a) => a.dataThrough), arrivals.map((a) => new Date(a.at))],
  )
}

/** Brings every table of the pretend campus up to `clock.now()`, also after a long time off. */
export async function catchUpWorld(url: string, clock: Clock, firstStart: Instant): Promise<void> {
  const sql = new Client({ connectionString: url, application_name: 'demo campus' })
  await sql.connect()
  try {
    await createTables(sql)
    for (const table of WORLD) await writeArrivals(sql, table, clock.now(), firstStart)
  } finally {
    await sql.end()
  }
}

/** Keeps the campus going: every few seconds whatever is due by then arrives. Ends with the signal. */
export async function runWorld(url: string, clock: Clock, firstStart: Instant, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await catchUpWorld(url, clock, firstStart)
    await clock.sleep(10_000, signal)
  }
}
