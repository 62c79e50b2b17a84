import type { Sql } from '#lib/db/context.ts'
import { toInstant, toText } from '#lib/db/instants.ts'
import type { Reason, Status } from '#lib/domain/freshness/status.ts'
import type { Instant } from '#lib/domain/time/instant.ts'

/** A change to be logged. `rewrite`: it restates the past and is never announced. */
export interface NewStatusChange {
  subjectId: number
  from: Status | null
  to: Status | null
  reason: Reason | null
  at: Instant
  rewrite: boolean
  explanation: string | null
}

/** Appends changes in the given order and returns their ids in that order. */
export async function insertChanges(sql: Sql, recordedAt: Instant, changes: readonly NewStatusChange[]): Promise<string[]> {
  if (changes.length === 0) return []
  const rows = changes.map((c, position) => ({
    position,
    subject_id: c.subjectId,
    from_status: c.from,
    to_status: c.to,
    reason: c.reason,
    at: toText(c.at),
    rewrite: c.rewrite,
    explanation: c.explanation,
  }))
  const { rows: stored } = await sql.query<{ id: string }>(
    `with given as (
       select nextval('status_change_id_seq') as id, x.* from (
         select * from json_to_recordset($1::json) as r(position int, subject_id int, from_status text, to_status text, reason text,
           at timestamptz, rewrite boolean, explanation text)
         order by position
       ) x
     ),
     stored as (
       insert into status_change (id, subject_id, from_status, to_status, reason, at, recorded_at, rewrite, explanation)
       select id, subject_id, from_status, to_status, reason, at, $2, rewrite, explanation from given order by position
     )
     select id from given order by position`,
    [JSON.stringify(rows), toText(recordedAt)],
  )
  return stored.map((row) => row.id)
}

/** When the last announced change of each of these subjects was dated; subjects that never changed are absent. */
export async function loadLastAnnounced(sql: Sql, subjectIds: readonly number[]): Promise<Map<number, Instant>> {
  const { rows } = await sql.query<{ subject_id: number; at: Date }>(
    `select x.subject_id, c.at from unnest($1::int[]) as x(subject_id) cross join lateral (
       select c.at from status_change c where c.subject_id = x.subject_id and not c.rewrite order by c.at desc limit 1
     ) c`,
    [subjectIds],
  )
  return new Map(rows.map((row) => [row.subject_id, toInstant(row.at)]))
}

/** Which of these subjects have ever been announced to be anything but unknown. */
export async function listEverKnown(sql: Sql, subjectIds: readonly number[]): Promise<Set<number>> {
  if (subjectIds.length === 0) return new Set()
  const { rows } = await sql.query<{ subject_id: number }>(
    `select x.subject_id from unnest($1::int[]) as x(subject_id) where exists (
       select 1 from status_change c where c.subject_id = x.subject_id and not c.rewrite and c.to_status <> 'unknown')`,
    [subjectIds],
  )
  return new Set(rows.map((row) => row.subject_id))
}
