import type { Metadata } from 'next'
import { notFound } from 'next/navigation'
import { cache } from 'react'
import { headline } from '#app/_ui/feeds/headline.ts'
import { getStatusOverview } from '#lib/queries/pages/status-overview.ts'
import { overviewOrLastKnown } from './last-known.ts'
import { Overview } from './overview.tsx'

/** Rendered on the first visit, kept, and renewed when something changes (`follow-changes.ts`) or after a minute. */
export const revalidate = 60

/** Nothing at build time: there is no database then. */
export function generateStaticParams(): { audience: string }[] {
  return []
}

export async function generateMetadata({ params }: PageProps): Promise<Metadata> {
  const overview = await read(params)
  return overview.page ? { title: `${headline(overview.counts)} · ${overview.page.name}` } : { title: 'Tidemark' }
}

interface PageProps {
  params: Promise<{ audience: string }>
}

export default async function OverviewPage({ params }: PageProps) {
  return <Overview overview={await read(params)} />
}

/** Title and page are made from one look. */
const readOnce = cache(() => overviewOrLastKnown((context) => getStatusOverview(context)))

async function read(params: PageProps['params']) {
  const { audience } = await params
  if (audience !== 'public') notFound()
  return readOnce()
}
