import { type PageOf, pageOf } from '#app/_ui/pages-of.ts'
import { worstFirst } from '#app/_ui/worst-first.ts'
import type { OverviewGroup } from '#lib/queries/pages/status-overview.ts'
import { type FeedFilter, matches } from './feed-filter.ts'

export const FEEDS_PAGE = 40

/** The feeds that match on one page: the worst first, those of one group under its name. */
export function pageOfFeeds(
  groups: readonly OverviewGroup[],
  filter: FeedFilter,
  page: number,
): Omit<PageOf<unknown>, 'items'> & { groups: OverviewGroup[] } {
  const found = groups.flatMap((group) => group.feeds.filter((feed) => matches(filter, feed)))
  const { items, ...where } = pageOf(worstFirst(found), page, FEEDS_PAGE)
  const byGroup = Map.groupBy(items, (feed) => feed.groupId)
  const shown = [...byGroup].flatMap(([id, feeds]) => {
    const group = groups.find((each) => each.id === id)
    return group === undefined ? [] : [{ ...group, open: true, feeds }]
  })
  return { ...where, groups: shown }
}
