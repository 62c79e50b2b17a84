import type { Context } from '#lib/db/context.ts'
import type { Page } from '#lib/db/settings.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { longTime, zoneAbbreviation } from '#lib/domain/wording/dates.ts'
import { instant } from '#lib/queries/shared/instant-column.ts'
import { WORK_AHEAD_MS } from '#lib/queries/shared/work.ts'
import type { AtomEntry } from './atom-document.ts'
import { feedLink, type Place, placeOf, tag } from './atom-place.ts'

interface AnnouncedWork {
  id: number
  kind: 'maintenance' | 'paused'
  seriesId: number | null
  from: Instant
  until: Instant | null
  note: string | null
  toldAt: Instant
  /** Null: everything. */
  subjectKind: 'group' | 'feed' | 'asset' | null
  key: string | null
  name: string | null
  feedKey: string | null
}

/** Of what comes again each time is told two weeks ahead. What was announced before it was kept when counts from its begin. */
const WORK = `
  select w.id, w.kind, w.series_id as "seriesId", ${instant('w.from_at')} as "from", ${instant('w.to_at')} as until, w.note,
    ${instant(`case when w.series_id is null then coalesce(w.told_at, w.from_at)
      else greatest(w.told_at, w.from_at - $2::float8 * interval '1 ms') end`)} as "toldAt",
    s.kind as "subjectKind", s.key, s.name, coalesce(af.key, case when s.kind = 'feed' then s.key end) as "feedKey"
  from maintenance_window w
  left join subject s on s.id = w.subject_id
  left join asset a on a.subject_id = s.id left join subject af on af.id = a.feed_id
  where w.flow is null and s.removed_at is null and (w.series_id is null or w.from_at <= $1::timestamptz + $2::float8 * interval '1 ms')
    and coalesce(w.told_at, w.from_at) <= $1
    and ($3::text is null or w.subject_id is null or exists (
      select 1 from feed f join subject fs on fs.id = f.subject_id
      where fs.kind = 'feed' and fs.key = $3 and s.id in (f.subject_id, f.group_id, case when a.feed_id = f.subject_id then s.id end)))
  order by greatest(coalesce(w.told_at, w.from_at), least(w.to_at, $1)) desc, w.id desc limit $4`

/** What is announced, goes on or has ended of work on all feeds, or on one: an entry each, renewed when it is changed and when it ends. */
export async function getWorkEntries(ctx: Context, page: Page, feedKey: string | null, most: number): Promise<AtomEntry[]> {
  const now = ctx.clock.now()
  const { rows } = await ctx.pool.query<AnnouncedWork>(WORK, [new Date(now), WORK_AHEAD_MS, feedKey, most])
  return rows.map((work) => toEntry(placeOf(page), page.zone, work, now))
}

function toEntry(place: Place, zone: string, work: AnnouncedWork, now: Instant): AtomEntry {
  const { id, kind, seriesId, from, until, note, toldAt, name } = work
  const what = `${kind === 'paused' ? 'Pause' : 'Maintenance'} of ${name ?? 'everything'}`
  const hasEnded = until !== null && until <= now
  const time = (at: Instant) => `${longTime(at, zone, toldAt)} ${zoneAbbreviation(at, zone)}`
  const lasts = until === null ? `From ${time(from)}, until somebody ends it` : `From ${time(from)} to ${time(until)}`
  return {
    id: tag(place, seriesId === null ? `work/${id}` : `work/series-${seriesId}-${from}`),
    title: hasEnded ? `${what} has ended` : what,
    updated: hasEnded ? Math.max(toldAt, until) : toldAt,
    published: from,
    link: linkOf(place, work),
    summary: `${lasts}.${note === null ? '' : ` ${note}`}`,
    category: 'maintenance',
  }
}

function linkOf(place: Place, { subjectKind, key, feedKey }: AnnouncedWork): string {
  if (feedKey !== null) return feedLink(place, feedKey)
  return subjectKind === 'group' && key !== null ? `${place.base}/groups/${encodeURIComponent(key)}` : `${place.base}/`
}
