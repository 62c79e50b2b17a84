import type { DayStatus } from '#lib/domain/day-status.ts'
import type { Instant } from '#lib/domain/instant.ts'
import type { Sql } from './context.ts'

/** One ended local day of one subject. */
export interface StoredDay extends DayStatus {
  subjectId: number
}

/** Whether nothing was promised and nothing happened: such a day has no row. */
function isBlank({ worst, arrivals, expected }: StoredDay): boolean {
  return worst === null && arrivals === 0 && expected === 0
}

/** Writes day rows, replacing those that are there and differ; days on which nothing was promised and nothing happened have none. */
export async function storeDays(sql: Sql, days: readonly StoredDay[]): Promise<void> {
  const blank = days.filter(isBlank)
  if (blank.length > 0) {
    await sql.query(
      'delete from day_status d using unnest($1::int[], $2::date[]) as x(subject_id, day) where d.subject_id = x.subject_id and d.day = x.day',
      [blank.map((day) => day.subjectId), blank.map((day) => day.day)],
    )
  }
  await upsertDays(
    sql,
    days.filter((day) => !isBlank(day)),
  )
}

async function upsertDays(sql: Sql, days: readonly StoredDay[]): Promise<void> {
  if (days.length === 0) return
  const columns = `fresh_seconds, late_seconds, stale_seconds, unknown_seconds, maintenance_seconds, none_seconds, blind_seconds,
    arrivals, expected, missed, ready, worst`
  await sql.query(
    `insert into day_status as d (subject_id, day, ${columns})
     select subject_id, day, ${columns}
     from jsonb_to_recordset($1::jsonb) as x(subject_id int, day date, fresh_seconds int, late_seconds int, stale_seconds int,
       unknown_seconds int, maintenance_seconds int, none_seconds int, blind_seconds int, arrivals int, expected int, missed int,
       ready boolean, worst text)
     order by subject_id, day
     on conflict (subject_id, day) do update
     set (${columns}) = (select ${columns.replace(/\w+/g, 'excluded.$&')})
     where (${columns.replace(/\w+/g, 'd.$&')}) is distinct from (${columns.replace(/\w+/g, 'excluded.$&')})`,
    [JSON.stringify(days.map(toRow))],
  )
}

function toRow(day: StoredDay) {
  return {
    subject_id: day.subjectId,
    day: day.day,
    fresh_seconds: day.freshSeconds,
    late_seconds: day.lateSeconds,
    stale_seconds: day.staleSeconds,
    unknown_seconds: day.unknownSeconds,
    maintenance_seconds: day.maintenanceSeconds,
    none_seconds: day.noneSeconds,
    blind_seconds: day.blindSeconds,
    arrivals: day.arrivals,
    expected: day.expected,
    missed: day.missed,
    ready: day.ready,
    worst: day.worst,
  }
}

/** What containers add up from the day rows of their members. */
export interface DayCounts {
  arrivals: number
  expected: number
  missed: number
  blindSeconds: number
  /** Somebody was to find it ready on that day. */
  isExpected: boolean
}

/** The counts of these subjects' days; the key is `<subject id> <day>`. */
export async function loadDayCounts(
  sql: Sql,
  subjectIds: readonly number[],
  firstDay: string,
  lastDay: string,
): Promise<Map<string, DayCounts>> {
  const { rows } = await sql.query<{
    key: string
    arrivals: number
    expected: number
    missed: number
    blind_seconds: number
    is_expected: boolean
  }>(
    `select subject_id || ' ' || to_char(day, 'YYYY-MM-DD') as key, arrivals, expected, missed, blind_seconds, ready is not null as is_expected from day_status
     where subject_id = any($1::int[]) and day between $2::date and $3::date`,
    [subjectIds, firstDay, lastDay],
  )
  return new Map(
    rows.map((row) => [
      row.key,
      { arrivals: row.arrivals, expected: row.expected, missed: row.missed, blindSeconds: row.blind_seconds, isExpected: row.is_expected },
    ]),
  )
}

/** When the oldest subject came into being; null on an empty installation. */
export async function oldestSubjectAt(sql: Sql): Promise<Instant | null> {
  const { rows } = await sql.query<{ at: Date | null }>('select min(created_at) as at from subject')
  return rows[0]?.at?.getTime() ?? null
}
