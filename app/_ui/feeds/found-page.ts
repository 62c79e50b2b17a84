import { type PageOf, pageOf } from '#app/_ui/pages-of.ts'
import { worstFirst } from '#app/_ui/worst-first.ts'
import type { OverviewGroup } from '#lib/queries/pages/status-overview.ts'
import { countStatuses, type StatusCounts } from '#lib/queries/shared/status-counts.ts'
import { type FeedFilter, matches } from './feed-filter.ts'

/** How many feeds of an owner, or of all, have which status. */
export function countsOf(groups: readonly Pick<OverviewGroup, 'feeds'>[], owner: string | undefined): StatusCounts {
  const theirs = groups.flatMap(({ feeds }) => feeds.filter((feed) => owner === undefined || feed.owner === owner))
  return countStatuses(theirs.map(({ status }) => status))
}

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
