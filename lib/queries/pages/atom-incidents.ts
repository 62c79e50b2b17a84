import type { Context } from '#lib/db/context.ts'
import type { Page } from '#lib/db/settings.ts'
import { DAY_MS, type Instant } from '#lib/domain/time/instant.ts'
import { concernedInWords } from '#lib/domain/wording/concerned-words.ts'
import { longTime, zoneAbbreviation } from '#lib/domain/wording/dates.ts'
import { incidentTitle, troubledSince } from '#lib/domain/wording/incident-title.ts'
import { listInWords } from '#lib/domain/wording/lists.ts'
import { type IncidentLine, LINES, type LineRow, toLines } from '#lib/queries/incidents/incident-lines.ts'
import { BAR_DAYS } from '#lib/queries/shared/day-cells.ts'
import { instant } from '#lib/queries/shared/instant-column.ts'
import type { AtomEntry } from './atom-document.ts'
import { type Place, placeOf, tag } from './atom-place.ts'

/** The incidents of the last 90 days with the latest news, as far as the reader may know of it; of those that turned out never to have been, what was told. */
const TOLD = `
  select i.id, ${instant('coalesce((select max(e.recorded_at) from incident_event e where e.incident_id = i.id), i.opened_at)')} as "toldAt"
  from incident i
  where (i.ended_at is null or i.ended_at >= $3) and (i.withdrawn_at is null or exists (select from incident_event e where e.incident_id = i.id)) and ($1::text is null or exists (
    select from incident_member m join asset a on a.subject_id = m.asset_id join subject f on f.id = a.feed_id where m.incident_id = i.id and f.key = $1))
  order by 2 desc, i.id desc limit $2`

/** Incidents of all feeds, or those that hold something of one: an entry each, renewed with its news. */
export async function getIncidentEntries(ctx: Context, page: Page, feedKey: string | null, most: number): Promise<AtomEntry[]> {
  const told = await ctx.pool.query<{ id: number; toldAt: Instant }>(TOLD, [feedKey, most, new Date(ctx.clock.now() - BAR_DAYS * DAY_MS)])
  const toldAt = new Map(told.rows.map((row) => [row.id, row.toldAt]))
  const { rows } = await ctx.pool.query<LineRow>(`${LINES} where i.id = any($1::int[])`, [[...toldAt.keys()]])
  return (await toLines(ctx, rows)).map((line) => toEntry(placeOf(page), page.zone, line, toldAt.get(line.id) ?? line.openedAt))
}

const NAMED = 5

function toEntry(place: Place, zone: string, line: IncidentLine, toldAt: Instant): AtomEntry {
  const { id, openedAt, endHow, withdrawnAt, feeds, status, worst, update } = line
  const endedAt = line.endedAt ?? withdrawnAt
  // One that goes on in another is not over: only its entry is.
  const overAt = endHow === 'merged' && withdrawnAt === null ? null : endedAt
  const time = (at: Instant) => `${longTime(at, zone, toldAt)} ${zoneAbbreviation(at, zone)}`
  const names = feeds.map(({ name, group }) => `${name} (${group.name})`)
  const shown = names.length > NAMED ? [...names.slice(0, NAMED - 1), `${names.length - NAMED + 1} more feeds`] : names
  const concerned = concernedInWords(line.concerned, endedAt !== null)
  const lasted = endedAt === null ? `Since ${time(troubledSince(line))}.` : `From ${time(openedAt)} to ${time(endedAt)}.`
  return {
    id: tag(place, `incident/${id}`),
    title: `${overAt === null ? '' : 'Over: '}${incidentTitle({ ...line, endedAt: overAt })}`,
    updated: toldAt,
    published: openedAt,
    link: `${place.base}/incidents/${id}`,
    summary: [
      lasted,
      ...(shown.length === 0 ? [] : [`It ${endedAt === null ? 'holds' : 'held'} back ${listInWords(shown)}.`]),
      ...(concerned === null ? [] : [concerned]),
      ...(withdrawnAt === null ? [] : ['Later evidence says that this never was one.']),
      ...(endHow === 'merged' ? ['It goes on in an older incident.'] : []),
      ...(update === null ? [] : [`${update.by} says: ${update.text}`]),
    ].join(' '),
    category: status ?? worst ?? 'none',
  }
}
