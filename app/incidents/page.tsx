import type { Metadata } from 'next'
import { notFound } from 'next/navigation'
import { cache } from 'react'
import { requestContext } from '#app/_lib/request-context.ts'
import { EmptyState } from '#app/_ui/empty-state.tsx'
import { questionIn } from '#app/_ui/runs/run-question.ts'
import { isValidDay } from '#lib/domain/time/local-day.ts'
import { getIncidentsPage } from '#lib/queries/incidents/incidents-page.ts'
import { getBanners } from '#lib/queries/shared/banners.ts'
import { getPageSettings } from '#lib/queries/shared/page-settings.ts'
import { IncidentsScreen } from './incidents-screen.tsx'

export const dynamic = 'force-dynamic'

type Query = Promise<Record<string, string | string[] | undefined>>

const read = cache(async (question: string) => {
  const { feed, before } = questionIn(JSON.parse(question))
  return getIncidentsPage(await requestContext(), {
    feed: feed ?? null,
    before: before !== undefined && isValidDay(before) ? before : null,
  })
})

export async function generateMetadata({ searchParams }: { searchParams: Query }): Promise<Metadata> {
  const found = await read(JSON.stringify(await searchParams))
  if (found === null) return { title: (await getPageSettings(await requestContext())) === null ? 'Incidents' : 'Not found' }
  return { title: `Incidents${found.feed === null ? '' : ` of ${found.feed.name}`} · ${found.page.name}` }
}

/** All incidents, those that are open first: `/incidents?feed=terms&before=2026-11-17`. */
export default async function Page({ searchParams }: { searchParams: Query }) {
  const found = await read(JSON.stringify(await searchParams))
  if (found !== null) return <IncidentsScreen found={found} />
  const context = await requestContext()
  if ((await getPageSettings(context)) !== null) notFound()
  return <EmptyState now={context.clock.now()} banners={await getBanners(context, false)} />
}
