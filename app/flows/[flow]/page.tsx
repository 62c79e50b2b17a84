import type { Metadata } from 'next'
import { notFound } from 'next/navigation'
import { cache } from 'react'
import { requestContext } from '#app/_lib/request-context.ts'
import { decodeSegment } from '#app/_ui/paths.ts'
import { getFlowPage } from '#lib/queries/pages/flow-page.ts'
import { FlowScreen } from './flow-screen.tsx'

interface PageProps {
  params: Promise<{ flow: string }>
}

export const dynamic = 'force-dynamic'

const read = cache(async (segment: string) => {
  const name = decodeSegment(segment)
  return name === null ? null : getFlowPage(await requestContext(), name)
})

export async function generateMetadata({ params }: PageProps): Promise<Metadata> {
  const found = await read((await params).flow)
  return { title: found ? `Flow ${found.card.name} · ${found.page.name}` : 'Not found' }
}

export default async function Page({ params }: PageProps) {
  const found = await read((await params).flow)
  if (found === null) notFound()
  return <FlowScreen found={found} />
}
