import type { Sql } from '#lib/db/context.ts'
import { requireRow, toInstant, toInstantOrNull, toText, toTextOrNull } from '#lib/db/instants.ts'
import type { MaintenanceWindow } from '#lib/domain/freshness/facts.ts'
import type { Instant } from '#lib/domain/time/instant.ts'

/** A window over an asset, a feed, a group or everything (null); one with a `flow` pauses that flow and covers no subject. */
export interface StoredWindow extends MaintenanceWindow {
  id: number
  subjectId: number | null
  flow: string | null
  note: string | null
  /** The rule it was made of. */
  seriesId: number | null
  announcedBy: string | null
}

interface WindowRow {
  id: number
  subject_id: number | null
  flow: string | null
  kind: MaintenanceWindow['kind']
  from_at: Date
  to_at: Date | null
  note: string | null
  series_id: number | null
  announced_by: string | null
}

function toWindow(row: WindowRow): StoredWindow {
  return {
    id: row.id,
    subjectId: row.subject_id,
    flow: row.flow,
    kind: row.kind,
    from: toInstant(row.from_at),
    to: toInstantOrNull(row.to_at),
    note: row.note,
    seriesId: row.series_id,
    announcedBy: row.announced_by,
  }
}

/** Writes down a window that becomes known at an instant. */
export async function insertWindow(sql: Sql, window: Omit<StoredWindow, 'id' | 'seriesId'>, toldAt: Instant): Promise<number> {
  const { rows } = await sql.query<{ id: number }>(
    `insert into maintenance_window (subject_id, flow, kind, from_at, to_at, note, announced_by, told_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8) returning id`,
    [
      ...[window.subjectId, window.flow, window.kind, toText(window.from), toTextOrNull(window.to), window.note, window.announcedBy],
      toText(toldAt),
    ],
  )
  return requireRow(rows, 'window').id
}

export async function lockWindow(sql: Sql, id: number): Promise<StoredWindow> {
  const { rows } = await sql.query<WindowRow>('select * from maintenance_window where id = $1 for update', [id])
  return toWindow(requireRow(rows, `window ${id}`))
}

/** Ends a window; one that has not begun by then is deleted. */
export async function endWindow(sql: Sql, id: number, to: Instant): Promise<void> {
  await sql.query('delete from maintenance_window where id = $1 and from_at >= $2', [id, toText(to)])
  await sql.query('update maintenance_window set to_at = $2 where id = $1', [id, toText(to)])
}

/** The windows of a series that share time with a stretch. */
export async function listOverlapping(sql: Sql, seriesId: number, { from, to }: { from: Instant; to: Instant }): Promise<StoredWindow[]> {
  const { rows } = await sql.query<WindowRow>(
    'select * from maintenance_window where series_id = $1 and from_at < $3 and (to_at is null or to_at > $2) order by from_at',
    [seriesId, toText(from), toText(to)],
  )
  return rows.map(toWindow)
}

/** Moves a window, or says something else of it, which becomes known at an instant. */
export async function updateWindow(
  sql: Sql,
  { id, from, to, note }: Pick<StoredWindow, 'id' | 'from' | 'to' | 'note'>,
  toldAt: Instant,
): Promise<void> {
  await sql.query('update maintenance_window set from_at = $2, to_at = $3, note = $4, told_at = $5 where id = $1', [
    id,
    toText(from),
    toTextOrNull(to),
    note,
    toText(toldAt),
  ])
}

/** All windows but pauses of flows, past ones too, oldest first: windows that touch count as one, however long ago the first began. */
export async function loadWindows(sql: Sql): Promise<StoredWindow[]> {
  const { rows } = await sql.query<WindowRow>('select * from maintenance_window where flow is null order by from_at, id')
  return rows.map(toWindow)
}

/** The windows of one subject, or of one flow, that have not ended. */
export async function listOpenWindows(sql: Sql, of: { subjectId: number } | { flow: string }, now: Instant): Promise<StoredWindow[]> {
  const [column, value] = 'flow' in of ? ['flow', of.flow] : ['subject_id', of.subjectId]
  const { rows } = await sql.query<WindowRow>(
    `select * from maintenance_window where ${column} = $1 and (to_at is null or to_at > $2) order by from_at, id`,
    [value, toText(now)],
  )
  return rows.map(toWindow)
}

/** The flows that are paused now, and since when. */
export async function loadPausedFlows(sql: Sql, now: Instant): Promise<Map<string, Instant>> {
  const { rows } = await sql.query<{ flow: string; since: Date }>(
    `select flow, min(from_at) as since from maintenance_window
     where flow is not null and from_at <= $1 and (to_at is null or to_at > $1) group by flow`,
    [toText(now)],
  )
  return new Map(rows.map((row) => [row.flow, toInstant(row.since)]))
}
