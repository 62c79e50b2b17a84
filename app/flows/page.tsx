import type { Metadata } from 'next'
import { getBanners } from '#lib/queries/banners.ts'
import { getFlowsPage } from '#lib/queries/flows-page.ts'
import { EmptyState } from '../_components/empty-state.tsx'
import { FlowsScreen } from '../_components/flows-screen.tsx'
import { ALL_FLOWS, parseFlowFilter } from '../_lib/flow-filter.ts'
import { requestContext } from '../_lib/request-context.ts'
import { questionIn } from '../_lib/run-question.ts'

export const metadata: Metadata = { title: 'Flows' }
export const dynamic = 'force-dynamic'

/** Every flow's whole configuration on one card: `/flows?q=sap&group=hr&state=failed`. */
export default async function FlowsPage({ searchParams }: { searchParams: Promise<Record<string, string | string[] | undefined>> }) {
  const context = requestContext()
  const parsed = parseFlowFilter(questionIn(await searchParams))
  const filter = 'problem' in parsed ? ALL_FLOWS : parsed
  const found = await getFlowsPage(context, filter)
  if (found === null) return <EmptyState now={context.clock.now()} banners={await getBanners(context, false)} />
  return <FlowsScreen found={found} filter={filter} problem={'problem' in parsed ? parsed.problem : null} />
}
