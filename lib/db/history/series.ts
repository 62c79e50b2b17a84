import type { Sql } from '#lib/db/context.ts'
import { requireRow, toInstant, toInstantOrNull, toText } from '#lib/db/instants.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import type { Recurrence, Stretch } from '#lib/domain/time/recurrence.ts'

/** Maintenance that comes again, of an asset, a feed, a group or everything (null). */
export interface StoredSeries {
  id: number
  subjectId: number | null
  recurrence: Recurrence
  note: string | null
  announcedBy: string | null
  /** Its windows before this have been made. */
  expandedTo: Instant
  endedAt: Instant | null
}

interface SeriesRow {
  id: number
  subject_id: number | null
  rule: Recurrence
  note: string | null
  announced_by: string | null
  expanded_to: Date
  ended_at: Date | null
}

function toSeries(row: SeriesRow): StoredSeries {
  return {
    id: row.id,
    subjectId: row.subject_id,
    recurrence: row.rule,
    note: row.note,
    announcedBy: row.announced_by,
    expandedTo: toInstant(row.expanded_to),
    endedAt: toInstantOrNull(row.ended_at),
  }
}

/** Stores a rule of which no window has been made yet. */
export async function insertSeries(
  sql: Sql,
  series: Pick<StoredSeries, 'subjectId' | 'recurrence' | 'note' | 'announcedBy'>,
  now: Instant,
): Promise<StoredSeries> {
  const { rows } = await sql.query<SeriesRow>(
    `insert into maintenance_series (subject_id, rule, note, announced_by, created_at, expanded_to) values ($1, $2, $3, $4, $5, $5) returning *`,
    [series.subjectId, JSON.stringify(series.recurrence), series.note, series.announcedBy, toText(now)],
  )
  return toSeries(requireRow(rows, 'series'))
}

export async function lockSeries(sql: Sql, id: number): Promise<StoredSeries> {
  const { rows } = await sql.query<SeriesRow>('select * from maintenance_series where id = $1 for update', [id])
  return toSeries(requireRow(rows, `recurring maintenance ${id}`))
}

/** Those of one subject, or of everything (null), that have not ended. */
export async function listSeriesOf(sql: Sql, subjectId: number | null): Promise<StoredSeries[]> {
  const { rows } = await sql.query<SeriesRow>(
    'select * from maintenance_series where subject_id is not distinct from $1 and ended_at is null order by id',
    [subjectId],
  )
  return rows.map(toSeries)
}

/** Those that have not ended, of what stands in the catalogue. */
export async function listOpenSeriesIds(sql: Sql): Promise<number[]> {
  const { rows } = await sql.query<{ id: number }>(
    `select r.id from maintenance_series r left join subject s on s.id = r.subject_id
     where r.ended_at is null and s.removed_at is null order by r.id`,
  )
  return rows.map(({ id }) => id)
}

/** Makes windows of stretches, but none over another of the same series. Answers how many came about. */
export async function insertWindowsOf(sql: Sql, series: StoredSeries, stretches: readonly Stretch[], toldAt: Instant): Promise<number> {
  if (stretches.length === 0) return 0
  const { rowCount } = await sql.query(
    `insert into maintenance_window (subject_id, kind, from_at, to_at, note, announced_by, series_id, told_at)
     select $1, 'maintenance', x.from_at, x.to_at, $2, $3, $4, $7
     from unnest($5::timestamptz[], $6::timestamptz[]) as x(from_at, to_at)
     where not exists (
       select 1 from maintenance_window w where w.series_id = $4 and w.from_at < x.to_at and (w.to_at is null or w.to_at > x.from_at))
     on conflict (series_id, from_at) do nothing`,
    [
      series.subjectId,
      series.note,
      series.announcedBy,
      series.id,
      ...(['from', 'to'] as const).map((end) => stretches.map((one) => toText(one[end]))),
      toText(toldAt),
    ],
  )
  return rowCount ?? 0
}

/** Takes back the windows of a series that begin after an instant. Answers how many there were. */
export async function deleteWindowsOf(sql: Sql, seriesId: number, after: Instant): Promise<number> {
  const { rowCount } = await sql.query('delete from maintenance_window where series_id = $1 and from_at > $2', [seriesId, toText(after)])
  return rowCount ?? 0
}

/** Says something else of the windows of a series that begin after an instant, from then on. */
export async function annotateWindowsOf(sql: Sql, seriesId: number, note: string | null, after: Instant): Promise<void> {
  await sql.query(
    'update maintenance_window set note = $2, told_at = $3 where series_id = $1 and from_at > $3 and note is distinct from $2',
    [seriesId, note, toText(after)],
  )
}

/** When the last window of a series ends; null when there is none. */
export async function lastEndOf(sql: Sql, seriesId: number): Promise<Instant | null> {
  const { rows } = await sql.query<{ to: Date | null }>('select max(to_at) as to from maintenance_window where series_id = $1', [seriesId])
  return toInstantOrNull(rows[0]?.to ?? null)
}

export async function updateSeries(sql: Sql, series: Omit<StoredSeries, 'subjectId' | 'announcedBy'>): Promise<void> {
  await sql.query('update maintenance_series set rule = $2, note = $3, expanded_to = $4, ended_at = $5 where id = $1', [
    series.id,
    JSON.stringify(series.recurrence),
    series.note,
    toText(series.expandedTo),
    series.endedAt === null ? null : toText(series.endedAt),
  ])
}
