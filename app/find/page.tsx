import type { Metadata } from 'next'
import { redirect } from 'next/navigation'
import { cache } from 'react'
import { requestContext } from '#app/_lib/request-context.ts'
import { EmptyState } from '#app/_ui/empty-state.tsx'
import { type FeedFilter, parseFilter } from '#app/_ui/feeds/feed-filter.ts'
import { pageOfFeeds } from '#app/_ui/feeds/found-page.ts'
import { readPage } from '#app/_ui/pages-of.ts'
import { questionIn } from '#app/_ui/runs/run-question.ts'
import { getStatusOverview } from '#lib/queries/pages/status-overview.ts'
import { findTitle } from './find-title.ts'
import { FoundFeeds } from './found-feeds.tsx'
import { ledOnTo } from './led-on.ts'

interface PageProps {
  searchParams: Promise<Record<string, string | string[] | undefined>>
}

/** Title and page are made from one look; `cache` compares by identity, so the question travels as text. */
const read = cache(async (question: string) => {
  const query: Record<string, string | string[] | undefined> = JSON.parse(question)
  const elsewhere = ledOnTo(questionIn(query))
  if (elsewhere !== null) redirect(elsewhere)
  const parsed = parseFilter(query)
  const problem = 'problem' in parsed ? parsed.problem : null
  const filter: FeedFilter = 'problem' in parsed ? {} : parsed
  return {
    overview: await getStatusOverview(await requestContext(), { withAllDays: true }),
    filter,
    problem,
    pageNumber: readPage(query['page']),
  }
})

export async function generateMetadata({ searchParams }: PageProps): Promise<Metadata> {
  const { overview, filter, problem, pageNumber } = await read(JSON.stringify(await searchParams))
  const { total } = pageOfFeeds(overview.groups, filter, pageNumber)
  const found = problem ?? findTitle(filter, total)
  return { title: overview.page === null ? 'Find' : `${found} · ${overview.page.name}`, robots: { index: false } }
}

/** The overview with a question in its address: `/?status=late`, `/?owner=Registrar`. */
export default async function FindPage({ searchParams }: PageProps) {
  const { overview, ...found } = await read(JSON.stringify(await searchParams))
  if (overview.page === null) return <EmptyState now={overview.now} banners={overview.banners} />
  return <FoundFeeds overview={overview} page={overview.page} {...found} />
}
