import type { KnownSpan, SpanWrites, StoredSpan } from '#lib/db/history/spans.ts'
import type { Span } from '#lib/domain/freshness/span.ts'
import { END_OF_TIME, type Instant } from '#lib/domain/time/instant.ts'

/** What a newly computed stretch does to the stored spans of one subject. */
export interface Restatement {
  /** The subject's spans from the neighbour of the stretch on, as stored until now. */
  before: StoredSpan[]
  /** The same as they are to be; the last one is open unless there is no status now. */
  after: KnownSpan[]
  writes: SpanWrites
  /** The first instant about which before and after disagree, reasons included; null when nothing changes. */
  changedFrom: Instant | null
}

function looksAlike(a: Span, b: Span): boolean {
  return a.status === b.status && a.reason === b.reason
}

/** Appends a span, or lengthens the last one when it says the same and touches it; what has no status is a gap. */
function append(spans: KnownSpan[], { from, to, status, reason }: Span, sinceBefore: Instant): void {
  if (status === null || reason === null) return
  const last = spans.at(-1)
  const touches = last !== undefined && last.to === from
  if (touches && last.status === status && last.reason === reason) last.to = to
  else spans.push({ from, to, status, reason, since: touches && last.status === status ? last.since : sinceBefore })
}

/**
 * Compares stored spans (from the neighbour of the stretch on) with a gapless stretch computed up to now, whose last span is
 * still so. What lies before the stretch stays; equal neighbours across its border become one.
 */
export function restateSpans(subjectId: number, stored: readonly StoredSpan[], computed: readonly Span[]): Restatement {
  const from = computed[0]?.from
  if (from === undefined)
    return { before: [...stored], after: [...stored], writes: { deleted: [], updated: [], inserted: [] }, changedFrom: null }
  const after: KnownSpan[] = []
  for (const span of stored) if (span.from < from) append(after, { ...span, to: Math.min(span.to, from) }, span.since)
  computed.forEach((span, position) => {
    append(after, position === computed.length - 1 ? { ...span, to: END_OF_TIME } : span, span.from)
  })
  return { before: [...stored], after, ...differenceOf(subjectId, stored, after) }
}

/** Rows are matched by where they begin, so growing one never meets another that is still there. */
function differenceOf(
  subjectId: number,
  before: readonly StoredSpan[],
  after: readonly KnownSpan[],
): Pick<Restatement, 'writes' | 'changedFrom'> {
  const writes: SpanWrites = { deleted: [], updated: [], inserted: [] }
  const rows = new Map(before.map((span) => [span.from, span]))
  let changedFrom: Instant | null = null
  const note = (at: Instant) => {
    if (changedFrom === null || at < changedFrom) changedFrom = at
  }
  for (const span of after) {
    const row = rows.get(span.from)
    rows.delete(span.from)
    if (row === undefined) {
      writes.inserted.push({ subjectId, span })
      note(span.from)
    } else if (!looksAlike(row, span) || row.to !== span.to || row.since !== span.since) {
      writes.updated.push({ ...span, id: row.id })
      note(looksAlike(row, span) ? Math.min(row.to, span.to) : span.from)
    }
  }
  for (const row of rows.values()) {
    writes.deleted.push(row.id)
    note(row.from)
  }
  return { writes, changedFrom }
}

/** The same writes, in one list of each kind. */
export function joinWrites(all: Iterable<SpanWrites>): SpanWrites {
  const joined: SpanWrites = { deleted: [], updated: [], inserted: [] }
  for (const writes of all) {
    for (const id of writes.deleted) joined.deleted.push(id)
    for (const span of writes.updated) joined.updated.push(span)
    for (const insert of writes.inserted) joined.inserted.push(insert)
  }
  return joined
}
