import type { Metadata } from 'next'
import { notFound, redirect } from 'next/navigation'
import { requestContext } from '#app/_lib/request-context.ts'
import { webProcess } from '#app/_lib/web-process.ts'
import { embedsPath } from '#app/_ui/paths.ts'
import { readSealedWords } from '#lib/access/sealed-words.ts'
import { embedKeysOf } from '#lib/access/tokens.ts'
import { visitor } from '#lib/domain/access/actor.ts'
import { embedSubject } from '#lib/queries/api/order-bodies.ts'
import { getEmbedPage } from '#lib/queries/embeds/embed-page.ts'
import { getPageAccess } from '#lib/queries/shared/page-access.ts'
import { seenBy } from '#lib/queries/shared/web-context.ts'
import { EmbedScreen } from './embed-screen.tsx'

interface PageProps {
  searchParams: Promise<Record<string, string | string[] | undefined>>
}

export const metadata: Metadata = { title: 'Embed' }
export const dynamic = 'force-dynamic'

/** How one feed, group or asset can stand in other pages, and the keys for that. */
export default async function Page({ searchParams }: PageProps) {
  const { subject, said } = await searchParams
  const asked = embedSubject.safeParse(subject).data
  if (asked === undefined) notFound()
  const context = await requestContext()
  const { context: web } = webProcess()
  const { isPrivate, publicAudience } = await getPageAccess(web)
  const found = await getEmbedPage(context, asked, isPrivate ? null : seenBy(web, visitor(publicAudience)))
  if (found === null) notFound()
  if (found.embed.key !== asked.key) redirect(embedsPath(found.embed))
  const keys = context.actor.kind === 'person' ? await embedKeysOf(context, found.id) : null
  return <EmbedScreen found={found} keys={keys} said={readSealedWords(web, said)} />
}
