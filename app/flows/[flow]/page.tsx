import type { Metadata } from 'next'
import { notFound } from 'next/navigation'
import { cache } from 'react'
import { getFlowPage } from '#lib/queries/flow-page.ts'
import { FlowScreen } from '../../_components/flow-screen.tsx'
import { decodeSegment } from '../../_lib/paths.ts'
import { requestContext } from '../../_lib/request-context.ts'

interface PageProps {
  params: Promise<{ flow: string }>
}

export const dynamic = 'force-dynamic'

const read = cache(async (segment: string) => {
  const name = decodeSegment(segment)
  return name === null ? null : getFlowPage(requestContext(), name)
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
