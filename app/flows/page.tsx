import type { Metadata } from 'next'
import { cache } from 'react'
import { requestContext } from '#app/_lib/request-context.ts'
import { EmptyState } from '#app/_ui/empty-state.tsx'
import { readPage } from '#app/_ui/pages-of.ts'
import { flowsTitle } from '#app/_ui/runs/flow-words.ts'
import { questionIn } from '#app/_ui/runs/run-question.ts'
import { getFlowsPage } from '#lib/queries/pages/flows-page.ts'
import { getBanners } from '#lib/queries/shared/banners.ts'
import { ALL_FLOWS, parseFlowFilter } from './flow-filter.ts'
import { FlowsScreen } from './flows-screen.tsx'

export const dynamic = 'force-dynamic'

type Query = Promise<Record<string, string | string[] | undefined>>

const read = cache((question: string) => {
  const parsed = parseFlowFilter(questionIn(JSON.parse(question)))
  const filter = 'problem' in parsed ? ALL_FLOWS : parsed
  return {
    filter,
    problem: 'problem' in parsed ? parsed.problem : null,
    reading: requestContext().then((context) => getFlowsPage(context, filter)),
  }
})

export async function generateMetadata({ searchParams }: { searchParams: Query }): Promise<Metadata> {
  const { filter, reading } = read(JSON.stringify(await searchParams))
  const found = await reading
  return { title: found === null ? 'Flows' : `${flowsTitle(found, filter)} · ${found.page.name}` }
}

/** Every flow's whole configuration on one card: `/flows?q=sap&group=hr&state=failed`. */
export default async function FlowsPage({ searchParams }: { searchParams: Query }) {
  const { filter, problem, reading } = read(JSON.stringify(await searchParams))
  const found = await reading
  const context = await requestContext()
  if (found === null) return <EmptyState now={context.clock.now()} banners={await getBanners(context, false)} />
  return <FlowsScreen found={found} filter={filter} problem={problem} pageNumber={readPage((await searchParams)['page'])} />
}
