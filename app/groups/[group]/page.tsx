import type { Metadata } from 'next'
import { notFound } from 'next/navigation'
import { cache } from 'react'
import { statusIcon } from '#app/_embed/status-icon.ts'
import { redirectRenamed } from '#app/_lib/redirect-renamed.ts'
import { requestContext } from '#app/_lib/request-context.ts'
import { webProcess } from '#app/_lib/web-process.ts'
import { readPage } from '#app/_ui/pages-of.ts'
import { decodeSegment } from '#app/_ui/paths.ts'
import { readSealedWords } from '#lib/access/sealed-words.ts'
import { subscriptionOffer } from '#lib/access/subscriptions/subscribe.ts'
import { statusInWords } from '#lib/domain/wording/words.ts'
import { getGroupPage } from '#lib/queries/pages/group-page.ts'
import { GroupScreen } from './group-screen.tsx'

interface PageProps {
  params: Promise<{ group: string }>
  searchParams: Promise<Record<string, string | string[] | undefined>>
}

export const dynamic = 'force-dynamic'

const read = cache(async (segment: string) => {
  const key = decodeSegment(segment)
  return key === null ? null : getGroupPage(await requestContext(), key)
})

export async function generateMetadata({ params }: PageProps): Promise<Metadata> {
  const group = await read((await params).group)
  if (group === null) return { title: 'Not found' }
  return { title: `${group.name}: ${statusInWords(group.status)} · ${group.page.name}`, ...statusIcon(group.status) }
}

export default async function Page({ params, searchParams }: PageProps) {
  const group = await read((await params).group)
  if (group === null) {
    await redirectRenamed('group', decodeSegment((await params).group))
    notFound()
  }
  const { page, said } = await searchParams
  const offer = await subscriptionOffer(await requestContext(), { kind: 'group', key: group.key })
  const words = readSealedWords(webProcess().context, said)
  return <GroupScreen group={group} pageNumber={readPage(page)} offer={offer} said={words} />
}
