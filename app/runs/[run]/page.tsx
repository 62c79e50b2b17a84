import type { Metadata } from 'next'
import { notFound } from 'next/navigation'
import { cache } from 'react'
import { getRunPage } from '#lib/queries/run-page.ts'
import { RunScreen } from '../../_components/run-screen.tsx'
import { requestContext } from '../../_lib/request-context.ts'
import { isRunId } from '../../_lib/run-id.ts'
import { runStateInWords } from '../../_lib/run-look.ts'

interface PageProps {
  params: Promise<{ run: string }>
}

export const dynamic = 'force-dynamic'

const read = cache(async (id: string) => (isRunId(id) ? getRunPage(requestContext(), id) : null))

export async function generateMetadata({ params }: PageProps): Promise<Metadata> {
  const found = await read((await params).run)
  return { title: found ? `Run of ${found.run.flow}: ${runStateInWords(found.run)} · ${found.page.name}` : 'Not found' }
}

export default async function Page({ params }: PageProps) {
  const found = await read((await params).run)
  if (found === null) notFound()
  return <RunScreen found={found} />
}
