import type { Metadata } from 'next'
import { notFound, redirect } from 'next/navigation'
import { cache } from 'react'
import { requestContext } from '#app/_lib/request-context.ts'
import { EmptyState } from '#app/_ui/empty-state.tsx'
import { lineagePath } from '#app/_ui/paths.ts'
import { questionIn } from '#app/_ui/runs/run-question.ts'
import { toStorableText } from '#lib/domain/values/storable-text.ts'
import { getLineagePage } from '#lib/queries/pages/lineage-page.ts'
import { getLineageStart } from '#lib/queries/pages/lineage-start.ts'
import { getBanners } from '#lib/queries/shared/banners.ts'
import { getPageSettings } from '#lib/queries/shared/page-settings.ts'
import { findRenamed } from '#lib/queries/shared/renamed.ts'
import { LineageScreen } from './lineage-screen.tsx'
import { LineageStartScreen } from './lineage-start-screen.tsx'

type Query = Promise<Record<string, string | string[] | undefined>>

interface PageProps {
  searchParams: Query
}

export const dynamic = 'force-dynamic'

const readFocus = cache(async (key: string) => getLineagePage(await requestContext(), toStorableText(key)))

export async function generateMetadata({ searchParams }: PageProps): Promise<Metadata> {
  const { focus } = questionIn(await searchParams)
  const found = focus ? await readFocus(focus) : null
  return { title: found === null ? 'Lineage' : `Lineage of ${found.focus.name} · ${found.page.name}` }
}

/** What is made from what: around one asset `/lineage?focus=lake/terms`, or where to begin, `/lineage?q=terms`, `/lineage?group=records`. */
export default async function Lineage({ searchParams }: PageProps) {
  const { focus, q, group } = questionIn(await searchParams)
  const context = await requestContext()
  const found = focus ? await readFocus(focus) : null
  if (found !== null) return <LineageScreen found={found} />
  if ((await getPageSettings(context)) === null) return <EmptyState now={context.clock.now()} banners={await getBanners(context, false)} />
  if (focus) {
    const renamed = await findRenamed(context, 'asset', toStorableText(focus))
    if (renamed !== null) redirect(lineagePath({ focus: renamed }))
    notFound()
  }
  const words = q?.trim().slice(0, 200) || null
  const start = await getLineageStart(context, { q: words, group: group === undefined ? null : toStorableText(group) })
  if (start === null) notFound()
  return <LineageStartScreen found={start} q={words} />
}
