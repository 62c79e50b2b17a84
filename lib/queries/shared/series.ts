import type { Context } from '#lib/db/context.ts'
import { mayOrder } from '#lib/domain/access/actions.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { nextStretch, type Recurrence } from '#lib/domain/time/recurrence.ts'
import { recurrenceInWords } from '#lib/domain/time/recurrence-in-words.ts'
import { instant } from './instant-column.ts'

/** Maintenance that comes again, with when it does next. */
export interface SeriesView {
  id: number
  /** null = everything. */
  subject: { kind: 'group' | 'feed' | 'asset'; key: string; name: string } | null
  recurrence: Recurrence
  words: string
  next: Instant | null
  /** The window of the next time, where it has one already. */
  nextWindow: number | null
  note: string | null
  /** Who announced it; null also for those who may not know. */
  by: string | null
}

type Row = Omit<SeriesView, 'words' | 'subject'> & {
  expandedTo: Instant
  kind: 'group' | 'feed' | 'asset' | null
  key: string
  name: string
}

const SERIES = `
  select r.id, r.rule as recurrence, r.note, r.announced_by as by, ${instant('r.expanded_to')} as "expandedTo", s.kind, s.key, s.name,
    w.id as "nextWindow", ${instant('w.from_at')} as next
  from maintenance_series r left join subject s on s.id = r.subject_id
  left join lateral (
    select n.id, n.from_at from maintenance_window n where n.series_id = r.id and n.from_at > $1 order by n.from_at limit 1
  ) w on true
  where r.ended_at is null and s.removed_at is null`

/** What comes again of one subject, or of all and everything. */
export async function getSeries(ctx: Context, of: number | 'all'): Promise<SeriesView[]> {
  const now = ctx.clock.now()
  const own = of === 'all' ? { where: '', values: [] } : { where: ' and r.subject_id = $2', values: [of] }
  const { rows } = await ctx.pool.query<Row>(`${SERIES}${own.where} order by next nulls last, r.id`, [new Date(now), ...own.values])
  const tellsWho = mayOrder(ctx.actor)
  return rows.map(({ kind, key, name, expandedTo, ...row }) => ({
    ...row,
    subject: kind === null ? null : { kind, key, name },
    words: recurrenceInWords(row.recurrence),
    // Rarer ones have no window yet.
    next: row.next ?? nextStretch(row.recurrence, Math.max(expandedTo - 1, now))?.from ?? null,
    by: tellsWho ? row.by : null,
  }))
}
