import type { FeedFilter } from '#app/_ui/feeds/feed-filter.ts'
import { listInWords } from '#lib/domain/wording/lists.ts'
import { counted, formatCount } from '#lib/domain/wording/numbers.ts'
import type { FoundThings } from '#lib/queries/pages/find-things.ts'

/** What was found, for the heading and the title of the page: `2 late feeds of Ada`, `No feed for “SAP”, but 3 assets and 1 flow`. */
export function findTitle(filter: FeedFilter, feeds: number, things: FoundThings | null): string {
  const what = filter.status === undefined ? '' : ` ${filter.status.replace('not-', 'not ')}`
  const of = filter.owner === undefined ? '' : ` of ${filter.owner}`
  const words = filter.q === undefined ? '' : ` for “${filter.q}”`
  const rest = alsoFound(things)
  if (feeds > 0 || rest === '') return `${feeds === 0 ? 'No' : formatCount(feeds)}${what} ${feeds === 1 ? 'feed' : 'feeds'}${of}${words}`
  return `No${what} feed${of}${words}, but ${rest}`
}

/** `3 assets, 1 flow and 1 connection`; '' for nothing. */
export function alsoFound(things: FoundThings | null): string {
  if (things === null) return ''
  const parts = [
    [things.assets.total, 'asset'],
    [things.flows.total, 'flow'],
    [things.connections.total, 'connection'],
  ] as const
  const said = parts.filter(([count]) => count > 0).map(([count, one]) => counted(count, one))
  return listInWords(said)
}
