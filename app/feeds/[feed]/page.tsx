import type { Metadata } from 'next'
import { notFound } from 'next/navigation'
import { cache } from 'react'
import { statusIcon } from '#app/_embed/status-icon.ts'
import { redirectRenamed } from '#app/_lib/redirect-renamed.ts'
import { requestContext } from '#app/_lib/request-context.ts'
import { webProcess } from '#app/_lib/web-process.ts'
import { decodeSegment, feedPath } from '#app/_ui/paths.ts'
import { readSealedWords } from '#lib/access/sealed-words.ts'
import { subscriptionOffer } from '#lib/access/subscriptions/subscribe.ts'
import { statusInWords } from '#lib/domain/wording/words.ts'
import { getOpenReports } from '#lib/queries/incidents/open-reports.ts'
import { getFeedPage } from '#lib/queries/pages/feed-page.ts'
import { FeedScreen } from './feed-screen.tsx'

interface PageProps {
  params: Promise<{ feed: string }>
  searchParams: Promise<Record<string, string | string[] | undefined>>
}

export const dynamic = 'force-dynamic'

const read = cache(async (segment: string) => {
  const key = decodeSegment(segment)
  return key === null ? null : getFeedPage(await requestContext(), key)
})

export async function generateMetadata({ params }: PageProps): Promise<Metadata> {
  const found = await read((await params).feed)
  if (found === null) return { title: 'Not found' }
  const { feed, page } = found
  return {
    title: `${feed.name}: ${statusInWords(feed.status)} · ${page.name}`,
    ...statusIcon(feed.status),
    alternates: { types: { 'application/atom+xml': `${feedPath(feed.key)}/feed.atom` } },
  }
}

export default async function Page({ params, searchParams }: PageProps) {
  const found = await read((await params).feed)
  if (found === null) {
    await redirectRenamed('feed', decodeSegment((await params).feed))
    notFound()
  }
  const context = await requestContext()
  const [offer, reports] = await Promise.all([
    subscriptionOffer(context, { kind: 'feed', key: found.feed.key }),
    getOpenReports(context, found.feed.key),
  ])
  const said = readSealedWords(webProcess().context, (await searchParams)['said'])
  return <FeedScreen found={found} readers={{ by: context.actor.kind, offer, reports, said }} />
}
