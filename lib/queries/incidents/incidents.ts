import type { Context } from '#lib/db/context.ts'
import { addDays, daysFromTo, earlierDay, type LocalDay, laterDay, localDay, startOfDay } from '#lib/domain/time/local-day.ts'
import { BAR_DAYS } from '#lib/queries/shared/day-cells.ts'
import { type IncidentLine, LINES, type LineRow, toLines } from './incident-lines.ts'

/** So many days of past incidents stand on a page. */
export const INCIDENT_DAYS = 14

/** Which incidents: those that hold something of a feed; the days before one. */
export interface IncidentsQuestion {
  feed: string | null
  before: LocalDay | null
}

/** What has not ended, the newest first, and what has, by the day on which it opened: each day of the stretch, the newest first, also without any. */
export interface Incidents {
  open: IncidentLine[]
  days: { day: LocalDay; incidents: IncidentLine[] }[]
  /** What `before` is to be for the days that come next, and for those before; null: there are none. */
  newer: LocalDay | null
  older: LocalDay | null
}

const ABOUT = `
  i.withdrawn_at is null and ($1::text is null or exists (
    select from incident_member m join asset a on a.subject_id = m.asset_id join subject f on f.id = a.feed_id where m.incident_id = i.id and f.key = $1))`
const OPEN = `${LINES} where ${ABOUT} and i.ended_at is null order by i.opened_at desc, i.id desc`
const PAST = `${LINES} where ${ABOUT} and i.ended_at is not null and i.opened_at >= $2 and i.opened_at < $3 order by i.opened_at desc, i.id desc`

/** The incidents of the last days, by the page's days, as far as the reader sees them. */
export async function getIncidents(ctx: Context, { feed, before }: IncidentsQuestion, zone: string): Promise<Incidents> {
  const tomorrow = addDays(localDay(ctx.clock.now(), zone), 1)
  const first = addDays(tomorrow, -BAR_DAYS)
  const end = before !== null && before > first && before < tomorrow ? before : tomorrow
  const begin = laterDay(first, addDays(end, -INCIDENT_DAYS))
  const [open, past] = await Promise.all([
    ctx.pool.query<LineRow>(OPEN, [feed]),
    ctx.pool.query<LineRow>(PAST, [feed, new Date(startOfDay(begin, zone)), new Date(startOfDay(end, zone))]),
  ])
  const lines = await toLines(ctx, [...open.rows, ...past.rows])
  const ended = Map.groupBy(lines.slice(open.rows.length), ({ openedAt }) => localDay(openedAt, zone))
  return {
    open: lines.slice(0, open.rows.length),
    days: daysFromTo(begin, addDays(end, -1), zone)
      .reverse()
      .map(({ day }) => ({ day, incidents: ended.get(day) ?? [] })),
    newer: end === tomorrow ? null : earlierDay(tomorrow, addDays(end, INCIDENT_DAYS)),
    older: begin === first ? null : begin,
  }
}
