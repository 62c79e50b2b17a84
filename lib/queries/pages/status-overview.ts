import type { CataloguePage } from '#lib/catalogue/catalogue.ts'
import type { Context } from '#lib/db/context.ts'
import { isUnhealthy, type Reason, type Status } from '#lib/domain/freshness/status.ts'
import type { GoodAgain } from '#lib/domain/lineage/again/again.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { type ComingVersion, getComingVersions } from '#lib/queries/catalogue/coming-versions.ts'
import { getOutlook, type Outlook } from '#lib/queries/outlook/outlook.ts'
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
  /** When it is good again; null: it is not in trouble. */
  again: GoodAgain | null
  /** From when on it is not fresh if nothing comes, where something it is made from holds that up. */
  riskAt: Instant | null
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
  /** The next changes of contracts, and how many there are in all. */
  coming: { next: ComingVersion[]; total: number }
  trouble: Pick<Outlook, 'lines' | 'total' | 'holding'>
}

type GroupHead = Pick<OverviewGroup, 'id' | 'key' | 'name' | 'description' | 'status' | 'reason' | 'since'>

/** So many feeds are unfolded (and carry their bars) in the first document; the rest loads when somebody opens it. */
const OPEN_FEEDS_MAX = 40
/** So few are all unfolded. */
const FEW_FEEDS = 12
const COMING_SHOWN = 2

const GROUPS = `
  select s.id, s.key, s.name, s.description, sp.status, sp.reason, ${instant('sp.from_at')} as since
  from subject s left join status_span sp on sp.subject_id = s.id and sp.to_at is null
  where s.kind = 'group' and s.removed_at is null
  order by s.position, s.id`

/** The overview: a handful of statements whatever the number of feeds. `withAllDays` leaves no history to be loaded later. */
export async function getStatusOverview(ctx: Context, options: { withAllDays?: boolean } = {}): Promise<Overview> {
  const page = await getPageSettings(ctx)
  const [heads, feeds, banners, work, coming] = await Promise.all([
    ctx.pool.query<GroupHead>(GROUPS).then((result) => result.rows),
    getFeedRows(ctx),
    getBanners(ctx, page?.demo ?? false),
    getWork(ctx),
    getComingVersions(ctx),
  ])
  const window = page ? await getDayWindow(ctx, page) : null
  const bars = window ? await getBars(ctx, window, { kinds: ['group', 'feed'] }) : new Map<number, Bars>()
  const outlook = await getOutlook(ctx, feeds)
  const heldBy = await getRootsOfFeeds(ctx, feeds, outlook.causes)
  const counts = countStatuses(feeds.map((feed) => feed.status))
  const shown = feeds.map((feed) => toOverviewFeed(feed, { bars, heldBy, outlook }))
  const groups = heads.map((head) => toGroup(head, shown, bars.get(head.id) ?? null))
  return {
    page,
    now: ctx.clock.now(),
    today: window?.today ?? '',
    banners,
    counts,
    work,
    coming: { next: coming.slice(0, COMING_SHOWN), total: coming.length },
    trouble: { lines: outlook.lines, total: outlook.total, holding: outlook.holding },
    groups: options.withAllDays ? groups : unfold(groups),
  }
}

interface Around {
  bars: ReadonlyMap<number, Bars>
  heldBy: ReadonlyMap<number, HeldBy[]>
  outlook: Pick<Outlook, 'again' | 'risk'>
}

/** A feed with all that its line tells. */
export function toOverviewFeed(feed: FeedRow, { bars, heldBy, outlook }: Around): OverviewFeed {
  const { id, status } = feed
  return {
    ...feed,
    bars: bars.get(id) ?? null,
    heldBy: heldBy.get(id) ?? [],
    again: isUnhealthy(status) ? (outlook.again.get(id) ?? null) : null,
    riskAt: status === 'fresh' ? (outlook.risk.get(id) ?? null) : null,
  }
}

function toGroup(head: GroupHead, feeds: readonly OverviewFeed[], bars: Bars | null): OverviewGroup {
  const own = feeds.filter((feed) => feed.groupId === head.id)
  return { ...head, counts: countStatuses(own.map((feed) => feed.status)), bars, feeds: own, open: false }
}

/** Unfolds what is broken while there is room, and where there are few feeds all; folded groups keep their numbers and drop their days. */
function unfold(groups: readonly OverviewGroup[]): OverviewGroup[] {
  const isSmall = groups.reduce((sum, { feeds }) => sum + feeds.length, 0) <= FEW_FEEDS
  const open = new Set<number>()
  let room = OPEN_FEEDS_MAX
  for (const group of groups) {
    if ((!isSmall && !isUnhealthy(group.status)) || group.feeds.length > room) continue
    room -= group.feeds.length
    open.add(group.id)
  }
  return groups.map((group) => (open.has(group.id) ? { ...group, open: true } : { ...group, feeds: group.feeds.map(withoutDays) }))
}

function withoutDays(feed: OverviewFeed): OverviewFeed {
  return feed.bars === null ? feed : { ...feed, bars: { ...feed.bars, days: '' } }
}
