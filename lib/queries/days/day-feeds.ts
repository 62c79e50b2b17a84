import type { Context } from '#lib/db/context.ts'
import { type DayTrouble, troublesWithin } from '#lib/domain/freshness/days/day-troubles.ts'
import type { Span } from '#lib/domain/freshness/span.ts'
import { type Reason, type Status, worstOf } from '#lib/domain/freshness/status.ts'
import { instant } from '#lib/queries/shared/instant-column.ts'
import type { DayPassed } from './day-passed.ts'

/** How something was on a day. */
export interface DaySubject {
  id: number
  /** Its stretches in the day, in order; where nothing was promised there is none. */
  spans: Span[]
  worst: Status | null
  troubles: DayTrouble[]
}

/** A feed on a day; one that has left the catalogue since has no page. */
export interface DayFeed extends DaySubject {
  key: string
  name: string
  groupKey: string
  groupName: string
  isGone: boolean
}

type Row = Omit<DayFeed, keyof DaySubject> & { id: number }

const FEEDS = `
  select s.id, s.key, s.name, g.key as "groupKey", g.name as "groupName", s.removed_at is not null as "isGone"
  from feed f join subject s on s.id = f.subject_id join subject g on g.id = f.group_id
  where s.created_at < $2 and (s.removed_at is null or s.removed_at > $1)
  order by g.position, g.id, s.position, s.id`

const SPANS = `
  select sp.subject_id as id, sp.status, sp.reason, ${instant('sp.from_at')} as "from", coalesce(${instant('sp.to_at')}, $4::float8) as "to"
  from status_span sp where sp.subject_id = any($3::int[]) and sp.from_at < $2 and (sp.to_at is null or sp.to_at > $1) order by sp.from_at`

/** The feeds there were on a day, in the order of the page, with how each was. */
export async function getDayFeeds(ctx: Context, passed: DayPassed): Promise<DayFeed[]> {
  const { rows } = await ctx.pool.query<Row>(FEEDS, [new Date(passed.start), new Date(passed.until)])
  const subjects = await getDaySubjects(
    ctx,
    passed,
    rows.map(({ id }) => id),
  )
  return rows.map((row) => ({ ...row, ...(subjects.get(row.id) ?? { spans: [], worst: null, troubles: [] }) }))
}

/** How these were on a day, by their ids; what had no status that day is left out. */
export async function getDaySubjects(ctx: Context, { start, until }: DayPassed, ids: readonly number[]): Promise<Map<number, DaySubject>> {
  const { rows } = await ctx.pool.query<Span & { id: number; status: Status; reason: Reason }>(SPANS, [
    ...[new Date(start), new Date(until), ids, until],
  ])
  const found = [...Map.groupBy(rows, ({ id }) => id)].map(([id, own]): DaySubject => {
    const spans = own.map(({ id: _, ...span }) => ({ ...span, from: Math.max(span.from, start), to: Math.min(span.to, until) }))
    return { id, spans, worst: worstOf(spans.map(({ status }) => status)), troubles: troublesWithin(spans, start, until) }
  })
  return new Map(found.map((subject) => [subject.id, subject]))
}
