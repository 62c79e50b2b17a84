import type { MaintenanceWindow } from '#lib/domain/facts.ts'
import type { Instant } from '#lib/domain/instant.ts'
import type { Sql } from './context.ts'
import { requireRow, toInstant, toInstantOrNull, toText, toTextOrNull } from './instants.ts'

/** A window with what it covers: an asset, a feed, a group, or everything (null). */
export interface StoredWindow extends MaintenanceWindow {
  id: number
  subjectId: number | null
  note: string | null
}

interface WindowRow {
  id: number
  subject_id: number | null
  kind: MaintenanceWindow['kind']
  from_at: Date
  to_at: Date | null
  note: string | null
}

function toWindow(row: WindowRow): StoredWindow {
  return {
    id: row.id,
    subjectId: row.subject_id,
    kind: row.kind,
    from: toInstant(row.from_at),
    to: toInstantOrNull(row.to_at),
    note: row.note,
  }
}

/** Stores a window and returns its id. */
export async function insertWindow(sql: Sql, window: Omit<StoredWindow, 'id'>): Promise<number> {
  const { rows } = await sql.query<{ id: number }>(
    'insert into maintenance_window (subject_id, kind, from_at, to_at, note) values ($1, $2, $3, $4, $5) returning id',
    [window.subjectId, window.kind, toText(window.from), toTextOrNull(window.to), window.note],
  )
  return requireRow(rows, 'window').id
}

/** Locks one window until the transaction ends. */
export async function lockWindow(sql: Sql, id: number): Promise<StoredWindow> {
  const { rows } = await sql.query<WindowRow>('select * from maintenance_window where id = $1 for update', [id])
  return toWindow(requireRow(rows, `window ${id}`))
}

/** Ends a window; one that would end before it begins is deleted, as it never was. */
export async function endWindow(sql: Sql, id: number, to: Instant): Promise<void> {
  await sql.query('delete from maintenance_window where id = $1 and from_at >= $2', [id, toText(to)])
  await sql.query('update maintenance_window set to_at = $2 where id = $1', [id, toText(to)])
}

/** Every window, past ones too, oldest first: windows that touch belong together however long ago they began. */
export async function loadWindows(sql: Sql): Promise<StoredWindow[]> {
  const { rows } = await sql.query<WindowRow>('select * from maintenance_window order by from_at, id')
  return rows.map(toWindow)
}
