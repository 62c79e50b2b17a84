import type { Sql } from '#lib/db/context.ts'
import { toInstant, toText, toTextOrNull } from '#lib/db/instants.ts'
import type { DayStatus, LateDelivery } from '#lib/domain/freshness/days/day-status.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { earlierDay, type LocalDay } from '#lib/domain/time/local-day.ts'

export interface StoredDay extends DayStatus {
  subjectId: number
}

/** Whether nothing was promised and nothing happened: such a day has no row. */
function isBlank({ worst, arrivals, expected }: StoredDay): boolean {
  return worst === null && arrivals === 0 && expected === 0
}

/**
 * Writes day rows where they differ from what is stored, and answers from which day on it did so for whom; days on which nothing was promised and
 * nothing happened have none. Nobody else may write days of these subjects meanwhile.
 */
export async function storeDays(sql: Sql, days: readonly StoredDay[]): Promise<Map<number, LocalDay>> {
  if (days.length === 0) return new Map()
  const stored = await loadDigests(sql, days)
  const blank: StoredDay[] = []
  const other: StoredDay[] = []
  for (const [subjectId, own] of Map.groupBy(days, (day) => day.subjectId)) {
    const told = own.filter((day) => !isBlank(day))
    const digests = told.map(digestOf)
    if (digests.join('\n') === (stored.get(subjectId) ?? '')) continue
    const known = byDay(stored.get(subjectId) ?? '')
    blank.push(...own.filter((day) => isBlank(day) && known.has(day.day)))
    other.push(...told.filter(({ day }, index) => known.get(day) !== digests[index]))
  }
  if (blank.length > 0) {
    await sql.query(
      'delete from day_status d using unnest($1::int[], $2::date[]) as x(subject_id, day) where d.subject_id = x.subject_id and d.day = x.day',
      [blank.map((day) => day.subjectId), blank.map((day) => day.day)],
    )
  }
  await upsertDays(sql, other)
  const first = new Map<number, LocalDay>()
  for (const { subjectId, day } of [...blank, ...other]) first.set(subjectId, earlierDay(day, first.get(subjectId) ?? day))
  return first
}

/** SQL: all that a day row says, in one text; one text a row is read in a fraction of the time that its columns take, and far sooner than rows are written. */
const DIGEST = `concat_ws('|', to_char(day, 'YYYY-MM-DD'), fresh_seconds, late_seconds, stale_seconds, unknown_seconds, maintenance_seconds, none_seconds, blind_seconds, arrivals,
  expected, missed, came_late, late_deliveries, coalesce(round(date_part('epoch', late_until) * 1000)::text, ''), coalesce(ready::text, ''), coalesce(worst, ''))`

/** The rows of each subject in these days, a line each. */
async function loadDigests(sql: Sql, days: readonly StoredDay[]): Promise<Map<number, string>> {
  const dates = days.map(({ day }) => day).sort()
  const { rows } = await sql.query<{ id: number; digests: string }>(
    `select subject_id as id, string_agg(${DIGEST}, E'\n' order by day) as digests from day_status
     where subject_id = any($1::int[]) and day between $2::date and $3::date group by subject_id`,
    [[...new Set(days.map(({ subjectId }) => subjectId))], dates[0], dates.at(-1)],
  )
  return new Map(rows.map(({ id, digests }) => [id, digests]))
}

function byDay(digests: string): Map<LocalDay, string> {
  return new Map(digests.split('\n').map((digest) => [digest.split('|', 1)[0] ?? '', digest]))
}

/** The same of a row to be stored. */
function digestOf(day: StoredDay): string {
  const late = day.lateDeliveries.map(({ at, expectedBy }) => `{"at": ${at}, "expectedBy": ${expectedBy}}`).join(', ')
  const broken = `${day.lateSeconds}|${day.staleSeconds}|${day.unknownSeconds}|${day.maintenanceSeconds}`
  const seconds = `${day.freshSeconds}|${broken}|${day.noneSeconds}|${day.blindSeconds}`
  const counts = `${day.arrivals}|${day.expected}|${day.missed}|${day.cameLate}`
  return `${day.day}|${seconds}|${counts}|[${late}]|${day.lateUntil ?? ''}|${day.ready ?? ''}|${day.worst ?? ''}`
}

async function upsertDays(sql: Sql, days: readonly StoredDay[]): Promise<void> {
  if (days.length === 0) return
  const columns = `fresh_seconds, late_seconds, stale_seconds, unknown_seconds, maintenance_seconds, none_seconds, blind_seconds,
    arrivals, expected, missed, came_late, late_deliveries, late_until, ready, worst`
  await sql.query(
    `insert into day_status as d (subject_id, day, ${columns})
     select subject_id, day, ${columns}
     from json_to_recordset($1::json) as x(subject_id int, day date, fresh_seconds int, late_seconds int, stale_seconds int,
       unknown_seconds int, maintenance_seconds int, none_seconds int, blind_seconds int, arrivals int, expected int, missed int,
       came_late int, late_deliveries jsonb, late_until timestamptz, ready boolean, worst text)
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
    came_late: day.cameLate,
    late_deliveries: day.lateDeliveries,
    late_until: toTextOrNull(day.lateUntil),
    ready: day.ready,
    worst: day.worst,
  }
}

/** What the day rows of the members of a container come to. */
export interface DaySums {
  arrivals: number
  expected: number
  missed: number
  cameLate: number
  lateDeliveries: LateDelivery[]
  blindSeconds: number
  /** Somebody was to find one of them ready on that day. */
  isExpected: boolean
}

/** A member that counts for a container on these days, both included. */
export interface MemberDays {
  containerId: number
  memberId: number
  firstDay: LocalDay
  lastDay: LocalDay
}

/** The day rows of their members, added up per container and day; the key is `<container id> <day>`. Days of one member do not overlap. */
export async function sumMemberDays(sql: Sql, members: readonly MemberDays[]): Promise<Map<string, DaySums>> {
  const { rows } = await sql.query<Omit<DaySums, 'lateDeliveries'> & { key: string; late: LateDelivery[][] }>(
    `select x.container_id || ' ' || to_char(d.day, 'YYYY-MM-DD') as key, sum(d.arrivals)::int as arrivals, sum(d.expected)::int as expected,
       sum(d.missed)::int as missed, sum(d.came_late)::int as "cameLate", max(d.blind_seconds) as "blindSeconds",
       bool_or(d.ready is not null) as "isExpected", coalesce(jsonb_agg(d.late_deliveries) filter (where d.came_late > 0), '[]') as late
     from unnest($1::int[], $2::int[], $3::date[], $4::date[]) as x(container_id, member_id, first_day, last_day)
     join day_status d on d.subject_id = x.member_id and d.day between x.first_day and x.last_day
     group by x.container_id, d.day`,
    [members.map((m) => m.containerId), members.map((m) => m.memberId), members.map((m) => m.firstDay), members.map((m) => m.lastDay)],
  )
  return new Map(rows.map(({ key, late, ...sums }) => [key, { ...sums, lateDeliveries: late.flat() }]))
}

/** Every asset in id order, and how many of these days it has rows of. */
export async function countAssetDays(
  sql: Sql,
  firstDay: string,
  lastDay: string,
): Promise<{ assetId: number; createdAt: Instant; days: number }[]> {
  const { rows } = await sql.query<{ id: number; created_at: Date; days: number }>(
    `select s.id, s.created_at,
       (select count(*)::int from day_status d where d.subject_id = s.id and d.day between $1::date and $2::date) as days
     from subject s where s.kind = 'asset' order by s.id`,
    [firstDay, lastDay],
  )
  return rows.map(({ id, created_at, days }) => ({ assetId: id, createdAt: toInstant(created_at), days }))
}

/** When the oldest subject came into being; null on an empty installation. */
export async function oldestSubjectAt(sql: Sql): Promise<Instant | null> {
  const { rows } = await sql.query<{ at: Date | null }>('select min(created_at) as at from subject')
  return rows[0]?.at?.getTime() ?? null
}

/** An asset, since when something has arrived, and the first day that is counted anew in any case. */
export interface ArrivedSince {
  assetId: number
  since: Instant
  firstDay: string
}

/**
 * The earliest day, not before `horizon`, with deliveries that what arrived since may close, or may have closed earlier than known;
 * assets without one are left out.
 */
export async function loadReopenedDays(sql: Sql, wanted: readonly ArrivedSince[], horizon: string): Promise<Map<number, string>> {
  if (wanted.length === 0) return new Map()
  const { rows } = await sql.query<{ asset_id: number; day: string }>(
    `select w.asset_id, to_char(min(d.day), 'YYYY-MM-DD') as day
     from unnest($1::int[], $2::timestamptz[], $3::date[]) as w(asset_id, since, first_day)
     join day_status d on d.subject_id = w.asset_id and d.day < w.first_day and d.day >= $4::date and (d.missed > 0 or d.late_until >= w.since)
     group by w.asset_id`,
    [wanted.map((w) => w.assetId), wanted.map((w) => toText(w.since)), wanted.map((w) => w.firstDay), horizon],
  )
  return new Map(rows.map((row) => [row.asset_id, row.day]))
}
