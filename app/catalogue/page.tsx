import type { Metadata } from 'next'
import { cache } from 'react'
import { requestContext } from '#app/_lib/request-context.ts'
import { EmptyState } from '#app/_ui/empty-state.tsx'
import { questionIn } from '#app/_ui/runs/run-question.ts'
import { getCatalogueView } from '#lib/queries/catalogue/catalogue-view.ts'
import { getBanners } from '#lib/queries/shared/banners.ts'
import { readAsked } from './catalogue-question.ts'
import { CatalogueScreen } from './catalogue-screen.tsx'
import { catalogueTitle } from './entry-words.ts'

export const dynamic = 'force-dynamic'

interface PageProps {
  searchParams: Promise<Record<string, string | string[] | undefined>>
}

/** Title and page are made from one look; `cache` compares by identity, so the question travels as text. */
const read = cache(async (question: string) => {
  const asked = readAsked(questionIn(JSON.parse(question)))
  return { asked, view: await getCatalogueView(await requestContext(), asked.question, asked.after) }
})

export async function generateMetadata({ searchParams }: PageProps): Promise<Metadata> {
  const { asked, view } = await read(JSON.stringify(await searchParams))
  const title = view === null ? 'Catalogue' : `${asked.q === '' ? 'Catalogue' : catalogueTitle(asked, view)} · ${view.page.name}`
  return { title, robots: { index: false } }
}

/** Everything there is, found by its name, place, columns and reason: `/catalogue?q=term&kind=table&state=found`. */
export default async function Catalogue({ searchParams }: PageProps) {
  const { asked, view } = await read(JSON.stringify(await searchParams))
  if (view !== null) return <CatalogueScreen asked={asked} view={view} />
  const context = await requestContext()
  return <EmptyState now={context.clock.now()} banners={await getBanners(context, false)} />
}
