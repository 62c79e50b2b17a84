import type { Context } from '#lib/db/context.ts'
import { type DayStatus, rollUpDay } from '#lib/domain/freshness/days/day-status.ts'
import type { Reason, Status } from '#lib/domain/freshness/status.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { type DayWindow, openDays } from './day-window.ts'
import { instant } from './instant-column.ts'

interface Stretch {
  id: number
  fromAt: Instant
  toAt: Instant | null
}

interface StatusStretch extends Stretch {
  status: Status
  reason: Reason
}

const SPANS = `
  select sp.subject_id as id, sp.status, sp.reason, ${instant('sp.from_at')} as "fromAt", ${instant('sp.to_at')} as "toAt"
  from status_span sp join subject s on s.id = sp.subject_id
  where (sp.to_at is null or sp.to_at > $1) and (s.kind = any($2::text[]) or s.id = any($3::int[]))`

const GAPS = `
  select distinct x.id, ${instant('b.from_at')} as "fromAt", ${instant('b.to_at')} as "toAt"
  from blind b
  join asset a on b.asset_id = a.subject_id or (b.asset_id is null and (b.connection_key is null or b.connection_key = a.connection_key))
  join feed f on f.subject_id = a.feed_id
  cross join lateral (values (a.subject_id), (case when a.promised then a.feed_id end), (case when a.promised then f.group_id end)) x(id)
  join subject s on s.id = x.id
  where (b.to_at is null or b.to_at > $1) and (s.kind = any($2::text[]) or s.id = any($3::int[]))`

/** Whom to read: every subject of these kinds, and these ids. */
export interface SubjectChoice {
  kinds?: readonly ('group' | 'feed' | 'asset')[]
  ids?: readonly number[]
}

/**
 * The days that are not rolled up yet, from their spans up to now: the same arithmetic as the stored rows, without deliveries and the
 * ready-by record, which are known when a day is over.
 */
export async function getOpenDays(ctx: Context, window: DayWindow, choice: SubjectChoice): Promise<Map<number, DayStatus[]>> {
  const values = [new Date(window.firstOpenAt), choice.kinds ?? [], choice.ids ?? []]
  const [spans, gaps] = await Promise.all([ctx.pool.query<StatusStretch>(SPANS, values), ctx.pool.query<Stretch>(GAPS, values)])
  const gapsOf = Map.groupBy(gaps.rows, (gap) => gap.id)
  const days = openDays(window)
  const found = new Map<number, DayStatus[]>()
  for (const [id, own] of Map.groupBy(spans.rows, (span) => span.id)) {
    const input = {
      spans: own.map(({ status, reason, ...stretch }) => ({ ...bounds(stretch, window), status, reason })),
      blind: (gapsOf.get(id) ?? []).map((gap) => bounds(gap, window)),
      arrivals: [],
      expected: [],
      missed: [],
      readyAt: null,
    }
    found.set(
      id,
      days.map((day) => rollUpDay(input, day, window.now)),
    )
  }
  return found
}

function bounds(stretch: Stretch, window: DayWindow): { from: Instant; to: Instant } {
  return { from: stretch.fromAt, to: stretch.toAt ?? window.now }
}
