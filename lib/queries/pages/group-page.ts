import type { CataloguePage } from '#lib/catalogue/catalogue.ts'
import type { Context } from '#lib/db/context.ts'
import { mayOrder } from '#lib/domain/access/actions.ts'
import type { Reason, Status } from '#lib/domain/freshness/status.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { getOutlook, type Outlook } from '#lib/queries/outlook/outlook.ts'
import { type Banner, getBanners } from '#lib/queries/shared/banners.ts'
import { type Bars, getBars } from '#lib/queries/shared/bars.ts'
import { type ChangeRow, getChangeRows } from '#lib/queries/shared/change-rows.ts'
import { type DayRow, getDayRows } from '#lib/queries/shared/day-rows.ts'
import { getDayWindow } from '#lib/queries/shared/day-window.ts'
import { getFeedRows } from '#lib/queries/shared/feed-rows.ts'
import { instant } from '#lib/queries/shared/instant-column.ts'
import { getPageSettings } from '#lib/queries/shared/page-settings.ts'
import { getRootsOfFeeds } from '#lib/queries/shared/roots.ts'
import { getSeries, type SeriesView } from '#lib/queries/shared/series.ts'
import { countStatuses, type StatusCounts } from '#lib/queries/shared/status-counts.ts'
import { getWork, type WorkView, workOnFeeds } from '#lib/queries/shared/work.ts'
import { type OverviewFeed, toOverviewFeed } from './status-overview.ts'

export interface GroupPage {
  page: CataloguePage
  now: Instant
  banners: Banner[]
  key: string
  name: string
  why: string | null
  description: string | null
  status: Status | null
  reason: Reason | null
  since: Instant | null
  counts: StatusCounts
  bars: Bars | null
  feeds: OverviewFeed[]
  trouble: Pick<Outlook, 'lines' | 'total'>
  days: DayRow[]
  changes: ChangeRow[]
  work: WorkView[]
  /** Its own maintenance that comes again. */
  series: SeriesView[]
  takesActions: boolean
}

type Head = Pick<GroupPage, 'key' | 'name' | 'why' | 'description' | 'status' | 'reason' | 'since'> & { id: number; feedIds: number[] }

const HEAD = `
  select s.id, s.key, s.name, s.why, s.description, sp.status, sp.reason, ${instant('sp.from_at')} as since,
    array(select f.subject_id from feed f join subject fs on fs.id = f.subject_id and fs.removed_at is null where f.group_id = s.id) as "feedIds"
  from subject s left join status_span sp on sp.subject_id = s.id and sp.to_at is null
  where s.kind = 'group' and s.key = $1 and s.removed_at is null`

/** The screen of one service group; null when there is none of that key. */
export async function getGroupPage(ctx: Context, key: string): Promise<GroupPage | null> {
  const [page, found] = await Promise.all([getPageSettings(ctx), ctx.pool.query<Head>(HEAD, [key])])
  const head = found.rows[0]
  if (page === null || head === undefined) return null
  const window = await getDayWindow(ctx, page)
  const [feeds, bars, days, changes, banners, work, series] = await Promise.all([
    getFeedRows(ctx, head.feedIds),
    getBars(ctx, window, { ids: [head.id, ...head.feedIds] }),
    getDayRows(ctx, window, head.id),
    getChangeRows(ctx, head.id),
    getBanners(ctx, page.demo),
    getWork(ctx, { kind: 'group', key }),
    getSeries(ctx, head.id),
  ])
  const { id, feedIds, ...shown } = head
  const outlook = await getOutlook(ctx, feeds)
  const heldBy = await getRootsOfFeeds(ctx, feeds, outlook.causes)
  return {
    ...shown,
    page,
    now: window.now,
    banners,
    counts: countStatuses(feeds.map((feed) => feed.status)),
    bars: bars.get(id) ?? null,
    feeds: feeds.map((feed) => toOverviewFeed(feed, { bars, heldBy, outlook })),
    trouble: { lines: outlook.lines, total: outlook.total },
    days,
    changes,
    work: workOnFeeds(work, feedIds),
    series,
    takesActions: mayOrder(ctx.actor),
  }
}
