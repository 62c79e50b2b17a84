import type { Metadata } from 'next'
import { cache } from 'react'
import { requestContext } from '#app/_lib/request-context.ts'
import { EmptyState } from '#app/_ui/empty-state.tsx'
import { runsTitle } from '#app/_ui/runs/run-labels.ts'
import { parseRunFilter, questionIn } from '#app/_ui/runs/run-question.ts'
import { getRunsPage } from '#lib/queries/pages/runs-page.ts'
import type { RunFilter } from '#lib/queries/runs/run-list-questions.ts'
import { RunsScreen } from './runs-screen.tsx'

export const dynamic = 'force-dynamic'

const ALL: RunFilter = { flow: null, system: null, state: null, before: null }

const read = cache((question: string) => {
  const parsed = parseRunFilter(questionIn(JSON.parse(question)))
  const problem = 'problem' in parsed ? parsed.problem : null
  const filter = 'problem' in parsed ? ALL : parsed
  return { filter, problem, found: requestContext().then((context) => getRunsPage(context, filter)) }
})

type Query = Promise<Record<string, string | string[] | undefined>>

export async function generateMetadata({ searchParams }: { searchParams: Query }): Promise<Metadata> {
  const { filter, found } = read(JSON.stringify(await searchParams))
  const { page, jobName } = await found
  return { title: page === null ? 'Runs' : `${runsTitle(filter, jobName)} · ${page.name}` }
}

/** All runs of all flows: `/runs?flow=course&state=failed`. */
export default async function RunsPage({ searchParams }: { searchParams: Query }) {
  const { filter, problem, found: reading } = read(JSON.stringify(await searchParams))
  const { page, ...found } = await reading
  if (page === null) return <EmptyState now={found.list.now} banners={found.banners} />
  return <RunsScreen found={{ ...found, page }} filter={filter} problem={problem} />
}
