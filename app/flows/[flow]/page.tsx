import type { Metadata } from 'next'
import { notFound } from 'next/navigation'
import { cache } from 'react'
import { requestContext } from '#app/_lib/request-context.ts'
import { decodeSegment } from '#app/_ui/paths.ts'
import { questionIn } from '#app/_ui/runs/run-question.ts'
import { getFlowPage } from '#lib/queries/pages/flow-page.ts'
import { parseFilesAsked } from './files-question.ts'
import { FlowScreen } from './flow-screen.tsx'

interface PageProps {
  params: Promise<{ flow: string }>
  searchParams: Promise<Record<string, string | string[] | undefined>>
}

export const dynamic = 'force-dynamic'

const read = cache(async (segment: string, question: string) => {
  const name = decodeSegment(segment)
  return name === null ? null : getFlowPage(await requestContext(), name, parseFilesAsked(name, questionIn(JSON.parse(question))))
})

const readFor = async ({ params, searchParams }: PageProps) => read((await params).flow, JSON.stringify(await searchParams))

export async function generateMetadata(props: PageProps): Promise<Metadata> {
  const found = await readFor(props)
  return { title: found ? `Flow ${found.card.name} · ${found.page.name}` : 'Not found' }
}

/** A flow; of its inbox what is asked for: `/flows/game_prices?files=failed`. */
export default async function Page(props: PageProps) {
  const found = await readFor(props)
  if (found === null) notFound()
  const { flow } = await props.params
  return <FlowScreen found={found} asked={parseFilesAsked(decodeSegment(flow) ?? '', questionIn(await props.searchParams))} />
}
