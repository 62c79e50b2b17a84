import type { Metadata } from 'next'
import { getStatusOverview } from '#lib/queries/status-overview.ts'
import { EmptyState } from '../_components/empty-state.tsx'
import { FoundFeeds } from '../_components/found-feeds.tsx'
import { type FeedFilter, parseFilter } from '../_lib/feed-filter.ts'
import { requestContext } from '../_lib/request-context.ts'

export const metadata: Metadata = { title: 'Find', robots: { index: false } }

/** The overview with a question in its address: `/?q=terms&status=late`. */
export default async function FindPage({ searchParams }: { searchParams: Promise<Record<string, string | string[] | undefined>> }) {
  const parsed = parseFilter(await searchParams)
  const overview = await getStatusOverview(requestContext(), { withAllDays: true })
  if (overview.page === null) return <EmptyState now={overview.now} banners={overview.banners} />
  const filter: FeedFilter = 'problem' in parsed ? {} : parsed
  return <FoundFeeds overview={overview} page={overview.page} filter={filter} problem={'problem' in parsed ? parsed.problem : null} />
}
