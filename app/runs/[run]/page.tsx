import type { Metadata } from 'next'
import { notFound } from 'next/navigation'
import { cache } from 'react'
import { requestContext } from '#app/_lib/request-context.ts'
import { runStateInWords } from '#app/_ui/runs/run-labels.ts'
import { parseLogQuestion, parseRejectionsQuestion, questionIn } from '#app/_ui/runs/run-question.ts'
import { isRunId } from '#lib/domain/runs/run.ts'
import { getExternalRunPage } from '#lib/queries/pages/external-run-page.ts'
import { getRunPage, type RunPageQuery } from '#lib/queries/pages/run-page.ts'
import { WHOLE_LOG } from '#lib/queries/runs/run-log.ts'
import { ExternalRunScreen, externalRunTitle } from './external-run-screen.tsx'
import { RunScreen } from './run-screen.tsx'

interface PageProps {
  params: Promise<{ run: string }>
  searchParams: Promise<Record<string, string | string[] | undefined>>
}

export const dynamic = 'force-dynamic'

/** Title and page are made from one look; `cache` compares by identity, so the question travels as text. */
const read = cache(async (id: string, question: string) => {
  const query = queryOf(JSON.parse(question))
  const found = isRunId(id) ? await getRunPage(await requestContext(), id, query) : null
  return found === null ? null : { found, query }
})

function queryOf(query: Record<string, string | string[] | undefined>): RunPageQuery {
  const question = questionIn(query)
  const log = parseLogQuestion(question)
  return { log: 'problem' in log ? WHOLE_LOG : { ...log, after: null }, rejections: parseRejectionsQuestion(question) }
}

async function readFor({ params, searchParams }: PageProps): ReturnType<typeof read> {
  return read((await params).run, JSON.stringify(await searchParams))
}

const readExternal = cache(async (id: string) => (isRunId(id) ? await getExternalRunPage(await requestContext(), id) : null))

export async function generateMetadata(props: PageProps): Promise<Metadata> {
  const { found } = (await readFor(props)) ?? {}
  const external = found === undefined ? await readExternal((await props.params).run) : null
  if (external !== null) return { title: externalRunTitle(external) }
  return {
    title: found
      ? `${found.run.isDryRun ? 'Dry run' : 'Run'} of ${found.run.flow}: ${runStateInWords({ ...found.run, isDryRun: false })} · ${found.page.name}`
      : 'Not found',
  }
}

export default async function Page(props: PageProps) {
  const page = await readFor(props)
  if (page === null) {
    const external = await readExternal((await props.params).run)
    return external === null ? notFound() : <ExternalRunScreen found={external} />
  }
  return <RunScreen found={page.found} query={page.query} />
}
