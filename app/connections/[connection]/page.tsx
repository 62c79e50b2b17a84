import type { Metadata } from 'next'
import { notFound } from 'next/navigation'
import { admit } from '#app/_lib/admit.ts'
import { requestContext } from '#app/_lib/request-context.ts'
import { readPage } from '#app/_ui/pages-of.ts'
import { decodeSegment, foundPath } from '#app/_ui/paths.ts'
import { questionIn } from '#app/_ui/runs/run-question.ts'
import { FOUND_STATES, getFoundPage } from '#lib/queries/pages/found-page.ts'
import { FoundScreen } from './found-screen.tsx'

interface PageProps {
  params: Promise<{ connection: string }>
  searchParams: Promise<Record<string, string | string[] | undefined>>
}

export const dynamic = 'force-dynamic'

export async function generateMetadata({ params }: Pick<PageProps, 'params'>): Promise<Metadata> {
  return { title: `Found in ${decodeSegment((await params).connection) ?? ''}` }
}

/** What discovery found behind a connection: `/connections/looker?q=revenue&state=open&page=2`. */
export default async function FoundThings({ params, searchParams }: PageProps) {
  const key = decodeSegment((await params).connection) ?? ''
  const context = admit(await requestContext(), 'connection.discover', foundPath(key))
  const { q, state, page } = questionIn(await searchParams)
  const filter = { q: q?.trim().slice(0, 200) || null, state: FOUND_STATES.find((each) => each === state) ?? null, page: readPage(page) }
  const found = await getFoundPage(context, key, filter)
  if (found === null) notFound()
  return <FoundScreen found={found} filter={filter} />
}
