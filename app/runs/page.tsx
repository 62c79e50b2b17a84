import type { Metadata } from 'next'
import type { RunFilter } from '#lib/queries/run-list.ts'
import { getRunsPage } from '#lib/queries/runs-page.ts'
import { EmptyState } from '../_components/empty-state.tsx'
import { RunsScreen } from '../_components/runs-screen.tsx'
import { requestContext } from '../_lib/request-context.ts'
import { parseRunFilter, questionIn } from '../_lib/run-question.ts'

export const metadata: Metadata = { title: 'Runs' }
export const dynamic = 'force-dynamic'

const ALL: RunFilter = { flow: null, state: null, before: null }

/** All runs of all flows: `/runs?flow=course&state=failed`. */
export default async function RunsPage({ searchParams }: { searchParams: Promise<Record<string, string | string[] | undefined>> }) {
  const parsed = parseRunFilter(questionIn(await searchParams))
  const filter = 'problem' in parsed ? ALL : parsed
  const { page, ...found } = await getRunsPage(requestContext(), filter)
  if (page === null) return <EmptyState now={found.list.now} banners={found.banners} />
  return <RunsScreen found={{ ...found, page }} filter={filter} problem={'problem' in parsed ? parsed.problem : null} />
}
