import type { CataloguePage } from '#lib/catalogue/catalogue.ts'
import type { Context } from '#lib/db/context.ts'
import { isBroken, type Reason, type Status } from '#lib/domain/freshness/status.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { type Banner, getBanners } from '#lib/queries/shared/banners.ts'
import { type Bars, getBars } from '#lib/queries/shared/bars.ts'
import { getDayWindow } from '#lib/queries/shared/day-window.ts'
import { type FeedRow, getFeedRows } from '#lib/queries/shared/feed-rows.ts'
import { instant } from '#lib/queries/shared/instant-column.ts'
import { getPageSettings } from '#lib/queries/shared/page-settings.ts'
import { getRootsOfFeeds, type HeldBy } from '#lib/queries/shared/roots.ts'
import { countStatuses, type StatusCounts } from '#lib/queries/shared/status-counts.ts'
import { getWork, type WorkView } from '#lib/queries/shared/work.ts'

/** A feed's line with its history; `days` is left out where the page loads it later. */
export interface OverviewFeed extends FeedRow {
  bars: Bars | null
  /** What holds it back in the end, what is wrong in it by itself included; none where nothing that it is made from does. */
  heldBy: HeldBy[]
}

export interface OverviewGroup {
  id: number
  key: string
  name: string
  description: string | null
  status: Status | null
  reason: Reason | null
  since: Instant | null
  counts: StatusCounts
  bars: Bars | null
  feeds: OverviewFeed[]
  /** Shown unfolded at first, its bars included. */
  open: boolean
}

/** Everything the first screen shows. `page` is null until a first catalogue is accepted. */
export interface Overview {
  page: CataloguePage | null
  now: Instant
  /** The local day of the last bar. */
  today: string
  banners: Banner[]
  counts: StatusCounts
  groups: OverviewGroup[]
  work: WorkView[]
}

type GroupHead = Pick<OverviewGroup, 'id' | 'key' | 'name' | 'description' | 'status' | 'reason' | 'since'>

/** So many feeds are unfolded (and carry their bars) in the first document; the rest loads when somebody opens it. */
const OPEN_FEEDS_MAX = 40

const GROUPS = `
  select s.id, s.key, s.name, s.description, sp.status, sp.reason, ${instant('sp.from_at')} as since
  from subject s left join status_span sp on sp.subject_id = s.id and sp.to_at is null
  where s.kind = 'group' and s.removed_at is null
  order by s.position, s.id`

/** The overview: a handful of statements whatever the number of feeds. `withAllDays` leaves no history to be loaded later. */
export async function getStatusOverview(ctx: Context, options: { withAllDays?: boolean } = {}): Promise<Overview> {
  const page = await getPageSettings(ctx)
  const [heads, feeds, banners, work] = await Promise.all([
    ctx.pool.query<GroupHead>(GROUPS).then((result) => result.rows),
    getFeedRows(ctx),
    getBanners(ctx, page?.demo ?? false),
    getWork(ctx),
  ])
  const window = page ? await getDayWindow(ctx, page) : null
  const bars = window ? await getBars(ctx, window, { kinds: ['group', 'feed'] }) : new Map<number, Bars>()
  const heldBy = await getRootsOfFeeds(ctx, feeds)
  const counts = countStatuses(feeds.map((feed) => feed.status))
  const groups = heads.map((head) => toGroup(head, feeds, { bars, heldBy }))
  return {
    page,
    now: ctx.clock.now(),
    today: window?.today ?? '',
    banners,
    counts,
    work,
    groups: options.withAllDays ? groups : unfold(groups),
  }
}

function toGroup(
  head: GroupHead,
  feeds: readonly FeedRow[],
  { bars, heldBy }: { bars: ReadonlyMap<number, Bars>; heldBy: ReadonlyMap<number, HeldBy[]> },
): OverviewGroup {
  const own = feeds.filter((feed) => feed.groupId === head.id)
  return {
    ...head,
    counts: countStatuses(own.map((feed) => feed.status)),
    bars: bars.get(head.id) ?? null,
    feeds: own.map((feed) => ({ ...feed, bars: bars.get(feed.id) ?? null, heldBy: heldBy.get(feed.id) ?? [] })),
    open: false,
  }
}

/** Unfolds what is broken, then the rest from the top, while there is room; folded groups keep their numbers and drop their days. */
function unfold(groups: readonly OverviewGroup[]): OverviewGroup[] {
  const open = new Set<number>()
  let room = OPEN_FEEDS_MAX
  const wanted = [...groups.filter((group) => isBroken(group.status)), ...groups.filter((group) => !isBroken(group.status))]
  for (const group of wanted) {
    if (group.feeds.length > room) continue
    room -= group.feeds.length
    open.add(group.id)
  }
  return groups.map((group) => (open.has(group.id) ? { ...group, open: true } : { ...group, feeds: group.feeds.map(withoutDays) }))
}

function withoutDays(feed: OverviewFeed): OverviewFeed {
  return feed.bars === null ? feed : { ...feed, bars: { ...feed.bars, days: '' } }
}
