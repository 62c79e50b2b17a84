import type { FeedFilter } from '#app/_ui/feeds/feed-filter.ts'
import { formatCount } from '#lib/domain/wording/numbers.ts'

/** What was found, for the heading and the title of the page: `2 late feeds of Ada`. */
export function findTitle(filter: FeedFilter, feeds: number): string {
  const what = filter.status === undefined ? '' : ` ${filter.status.replace('not-', 'not ')}`
  const of = filter.owner === undefined ? '' : ` of ${filter.owner}`
  return `${feeds === 0 ? 'No' : formatCount(feeds)}${what} ${feeds === 1 ? 'feed' : 'feeds'}${of}`
}
