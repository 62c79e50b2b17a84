import { type PageOf, pageOf } from '#app/_ui/pages-of.ts'
import { worstFirst } from '#app/_ui/worst-first.ts'
import type { FoundThings } from '#lib/queries/pages/find-things.ts'
import type { OverviewGroup } from '#lib/queries/pages/status-overview.ts'
import { type FeedFilter, hasStatus, matches } from './feed-filter.ts'

export const FEEDS_PAGE = 40

/** The feeds that match, or hold what does, on one page: the worst first, those of one group under its name. */
export function pageOfFeeds(
  groups: readonly OverviewGroup[],
  filter: FeedFilter,
  things: Pick<FoundThings, 'feedIds'> | null,
  page: number,
): Omit<PageOf<unknown>, 'items'> & { groups: OverviewGroup[] } {
  const { q: _q, ...rest } = filter
  const fits = (feed: OverviewGroup['feeds'][number], group: OverviewGroup) =>
    matches(filter, feed, group.name) ||
    (things?.feedIds.has(feed.id) === true && hasStatus(filter.status, feed.status) && matches(rest, feed, group.name))
  const found = groups.flatMap((group) => group.feeds.filter((feed) => fits(feed, group)))
  const { items, ...where } = pageOf(worstFirst(found), page, FEEDS_PAGE)
  const byGroup = Map.groupBy(items, (feed) => feed.groupId)
  const shown = [...byGroup].flatMap(([id, feeds]) => {
    const group = groups.find((each) => each.id === id)
    return group === undefined ? [] : [{ ...group, open: true, feeds }]
  })
  return { ...where, groups: shown }
}
