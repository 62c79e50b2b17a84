import type { Sql } from '#lib/db/context.ts'
import { toText, toTextOrNull } from '#lib/db/instants.ts'
import type { Span } from '#lib/domain/freshness/span.ts'
import type { Reason, Status } from '#lib/domain/freshness/status.ts'
import { END_OF_TIME, type Instant } from '#lib/domain/time/instant.ts'

/** A span that has a status; it reaches to END_OF_TIME while it is still so. */
export interface KnownSpan extends Span {
  status: Status
  reason: Reason
  /** Since when this status, under whatever reasons. */
  since: Instant
}

export interface StoredSpan extends KnownSpan {
  id: string
}

/** What one rebuild changes; the lists are applied in this order. */
export interface SpanWrites {
  deleted: string[]
  updated: StoredSpan[]
  inserted: { subjectId: number; span: KnownSpan }[]
}

interface SpanRow {
  id: string
  subject_id: number
  status: Status
  reason: Reason
  from_ms: number
  to_ms: number | null
  since_ms: number | null
}

function toSpan(row: SpanRow): StoredSpan {
  return {
    id: row.id,
    from: Math.round(row.from_ms),
    to: row.to_ms === null ? END_OF_TIME : Math.round(row.to_ms),
    status: row.status,
    reason: row.reason,
    since: Math.round(row.since_ms ?? row.from_ms),
  }
}

/** The spans of each subject that end at or after its `from`, whole and in order; subjects without any are absent. */
export async function loadSpans(sql: Sql, wanted: readonly { subjectId: number; from: Instant }[]): Promise<Map<number, StoredSpan[]>> {
  const { rows } = await sql.query<SpanRow>(
    `select s.id, s.subject_id, s.status, s.reason, date_part('epoch', s.from_at) * 1000 as from_ms, date_part('epoch', s.to_at) * 1000 as to_ms,
       date_part('epoch', s.since_at) * 1000 as since_ms
     from unnest($1::int[], $2::timestamptz[]) as x(subject_id, from_at)
     cross join lateral (
       (select * from status_span p where p.subject_id = x.subject_id and p.from_at < x.from_at order by p.from_at desc limit 1)
       union all
       select * from status_span p where p.subject_id = x.subject_id and p.from_at >= x.from_at
     ) s
     where s.to_at is null or s.to_at >= x.from_at`,
    [wanted.map((w) => w.subjectId), wanted.map((w) => toText(w.from))],
  )
  const found = Map.groupBy(rows, (row) => row.subject_id)
  return new Map([...found].map(([subjectId, own]) => [subjectId, own.map(toSpan).sort((a, b) => a.from - b.from)]))
}

function toRow(span: KnownSpan) {
  return {
    status: span.status,
    reason: span.reason,
    from_at: toText(span.from),
    to_at: toTextOrNull(span.to === END_OF_TIME ? null : span.to),
    since_at: toTextOrNull(span.since === span.from ? null : span.since),
  }
}

const COLUMNS = 'from_at timestamptz, to_at timestamptz, since_at timestamptz, status text, reason text'

/** Applies writes in an order in which no two spans of a subject ever overlap. */
export async function writeSpans(sql: Sql, writes: SpanWrites): Promise<void> {
  if (writes.deleted.length > 0) await sql.query('delete from status_span where id = any($1::bigint[])', [writes.deleted])
  if (writes.updated.length > 0) {
    await sql.query(
      `update status_span s set from_at = x.from_at, to_at = x.to_at, since_at = x.since_at, status = x.status, reason = x.reason
       from jsonb_to_recordset($1::jsonb) as x(id bigint, ${COLUMNS})
       where s.id = x.id`,
      [JSON.stringify(writes.updated.map((span) => ({ id: span.id, ...toRow(span) })))],
    )
  }
  if (writes.inserted.length > 0) {
    // Subject by subject, the index that forbids overlaps would take longer and grow to nearly twice the size.
    await sql.query(
      `insert into status_span (subject_id, status, reason, from_at, to_at, since_at)
       select subject_id, status, reason, from_at, to_at, since_at from json_to_recordset($1::json) as x(subject_id int, ${COLUMNS})
       order by from_at, subject_id`,
      [JSON.stringify(writes.inserted.map(({ subjectId, span }) => ({ subject_id: subjectId, ...toRow(span) })))],
    )
  }
}
