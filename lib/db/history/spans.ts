import type { Sql } from '#lib/db/context.ts'
import { toText, toTextOrNull } from '#lib/db/instants.ts'
import { instantAt, instantOrNullAt, numberAt, type PackedColumn, packedRows, packInstants, packNumbers } from '#lib/db/packed-columns.ts'
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
  id: number
}

/** What one rebuild changes; the lists are applied in this order. */
export interface SpanWrites {
  deleted: number[]
  updated: StoredSpan[]
  inserted: { subjectId: number; span: KnownSpan }[]
}

/** All spans of one status and reason. */
interface PackedSpans {
  status: Status
  reason: Reason
  id: PackedColumn
  subject_id: PackedColumn
  from_at: PackedColumn
  to_at: PackedColumn
  since_at: PackedColumn
}

function toSpan(packed: PackedSpans, row: number): StoredSpan {
  const from = instantAt(packed.from_at, row)
  return {
    id: numberAt(packed.id, row),
    from,
    to: instantOrNullAt(packed.to_at, row) ?? END_OF_TIME,
    status: packed.status,
    reason: packed.reason,
    since: instantOrNullAt(packed.since_at, row) ?? from,
  }
}

const LAST_SPANS = `
  select s.status, s.reason, ${packNumbers('s.id')} as id, ${packNumbers('s.subject_id')} as subject_id,
    ${packInstants('s.from_at')} as from_at, ${packInstants('s.to_at')} as to_at, ${packInstants('s.since_at')} as since_at
  from unnest($1::int[], $2::timestamptz[]) as x(subject_id, from_at)
  cross join lateral (
    (select * from status_span p where p.subject_id = x.subject_id and p.from_at < x.from_at order by p.from_at desc limit 1)
    union all
    select * from status_span p where p.subject_id = x.subject_id and p.from_at >= x.from_at
  ) s
  where s.to_at is null or s.to_at >= x.from_at
  group by s.status, s.reason`

/** The spans of each subject that end at or after its `from`, whole and in order; subjects without any are absent. */
export async function loadSpans(sql: Sql, wanted: readonly { subjectId: number; from: Instant }[]): Promise<Map<number, StoredSpan[]>> {
  if (wanted.length === 0) return new Map()
  const { rows } = await sql.query<PackedSpans>({
    name: 'spans',
    text: LAST_SPANS,
    values: [wanted.map((w) => w.subjectId), wanted.map((w) => toText(w.from))],
  })
  const found = new Map<number, StoredSpan[]>()
  for (const packed of rows) {
    for (let row = 0; row < packedRows(packed.id); row += 1) {
      const subjectId = numberAt(packed.subject_id, row)
      const own = found.get(subjectId)
      if (own === undefined) found.set(subjectId, [toSpan(packed, row)])
      else own.push(toSpan(packed, row))
    }
  }
  for (const own of found.values()) own.sort((a, b) => a.from - b.from)
  return found
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
