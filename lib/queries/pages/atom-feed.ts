import { createHash } from 'node:crypto'
import type { Context } from '#lib/db/context.ts'
import { endsOfChange, type LastEnds, toFailedRun } from '#lib/db/runs/failed-runs.ts'
import { getAddressedPage, type Page } from '#lib/db/settings.ts'
import type { Reason, Status } from '#lib/domain/freshness/status.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { reasonInWords, statusInWords } from '#lib/domain/wording/words.ts'
import { instant } from '#lib/queries/shared/instant-column.ts'
import { type AtomDocument, type AtomEntry, renderAtom } from './atom-document.ts'
import { getIncidentEntries } from './atom-incidents.ts'
import { feedLink, type Place, placeOf, tag } from './atom-place.ts'
import { getWorkEntries } from './atom-work.ts'

interface AnnouncedChange {
  id: string
  feedKey: string
  feedName: string
  groupName: string
  from: Status | null
  to: Status | null
  reason: Reason | null
  at: Instant
  recordedAt: Instant
  explanation: string | null
  lastEnds: LastEnds | null
}

const SHOWN = 100

/** Announced changes of feeds, in the order in which they became known. */
const CHANGES = `
select c.id::text, s.key as "feedKey", s.name as "feedName", g.name as "groupName", c.from_status as "from", c.to_status as "to", c.reason,
  ${instant('c.at')} as at, ${instant('c.recorded_at')} as "recordedAt", c.explanation,
  ${endsOfChange('c')} as "lastEnds"
from status_change c join subject s on s.id = c.subject_id and s.kind = 'feed'
join feed f on f.subject_id = s.id join subject g on g.id = f.group_id
where not c.rewrite and ($1::text is null or s.key = $1)
order by c.id desc limit ${SHOWN}`

function toEntry(place: Place, change: AnnouncedChange): AtomEntry {
  const failed = toFailedRun(change.lastEnds)
  const said = failed === null || failed.says === null ? '' : failed.words
  const because = change.explanation ?? (change.reason === null || said !== '' ? '' : `${reasonInWords(change.reason)}.`)
  const was = change.from === null || change.from === change.to ? '' : ` It was ${statusInWords(change.from).toLowerCase()}.`
  return {
    id: tag(place, `change/${change.recordedAt}-${change.id}`),
    title: `${change.feedName} is ${statusInWords(change.to).toLowerCase()}`,
    updated: change.recordedAt,
    published: change.at,
    link: feedLink(place, change.feedKey),
    summary: `${change.groupName} – ${change.feedName}: ${statusInWords(change.to).toLowerCase()}. ${because} ${said}${was}`
      .replaceAll(/ {2,}/g, ' ')
      .trim(),
    category: change.to ?? 'none',
  }
}

async function headOf(ctx: Context, page: Page, feedKey: string | undefined): Promise<Omit<AtomDocument, 'entries'> | null> {
  const place = placeOf(page)
  const { rows } = await ctx.pool.query<{ name: string | null; since: Instant | null }>(
    `select min(name) as name, ${instant('min(created_at)')} as since from subject
     where kind = 'feed' and ($1::text is null or (key = $1 and removed_at is null))`,
    [feedKey ?? null],
  )
  const [found] = rows
  if (feedKey === undefined) {
    return {
      id: tag(place, 'page'),
      title: page.name,
      author: page.name,
      link: `${place.base}/`,
      self: `${place.base}/feed.atom`,
      since: found?.since ?? 0,
    }
  }
  if (found === undefined || found.name === null) return null
  const link = feedLink(place, feedKey)
  const id = tag(place, `feed/${encodeURIComponent(feedKey)}`)
  return { id, title: `${found.name} – ${page.name}`, author: page.name, link, self: `${link}/feed.atom`, since: found.since ?? 0 }
}

/**
 * The last status changes of all feeds, or of one, the incidents that hold them, and the work announced on them, as an Atom document with its ETag. Restated history is left out: it was
 * never announced. Null when there is no such feed.
 */
export async function atomFeed(ctx: Context, options: { feedKey?: string } = {}): Promise<{ xml: string; etag: string } | null> {
  const page = await getAddressedPage(ctx)
  const head = await headOf(ctx, page, options.feedKey)
  if (head === null) return null
  const feedKey = options.feedKey ?? null
  const [{ rows }, work, incidents] = await Promise.all([
    ctx.pool.query<AnnouncedChange>(CHANGES, [feedKey]),
    getWorkEntries(ctx, page, feedKey, SHOWN),
    getIncidentEntries(ctx, page, feedKey, SHOWN),
  ])
  const place = placeOf(page)
  const entries = [...work, ...incidents, ...rows.map((change) => toEntry(place, change))]
    .sort((a, b) => b.updated - a.updated)
    .slice(0, SHOWN)
  const xml = renderAtom({ ...head, entries })
  return { xml, etag: `"${createHash('sha256').update(xml).digest('base64url').slice(0, 32)}"` }
}
