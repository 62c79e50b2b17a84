import type { Metadata } from 'next'
import { headers } from 'next/headers'
import { notFound } from 'next/navigation'
import { cache } from 'react'
import { statusIcon } from '#app/_embed/status-icon.ts'
import { READER_HEADER, readersOf, readOverviewKey } from '#app/_lib/overview-key.ts'
import { isOwnCall } from '#app/_lib/own-call.ts'
import { nearTime } from '#lib/domain/wording/dates.ts'
import { piecesInWords } from '#lib/domain/wording/pieces.ts'
import { getStatusOverview } from '#lib/queries/pages/status-overview.ts'
import { seenBy } from '#lib/queries/shared/web-context.ts'
import { headlineOf, standingOf } from './headline-of.ts'
import { overviewOrLastKnown } from './last-known.ts'
import { Overview } from './overview.tsx'

export const dynamic = 'force-dynamic'

/** Title and page are made from one look. Only the door asks, and says for whom; it keeps what it gets (`app/_door/snapshots.ts`). */
const readOnce = cache(async () => {
  const told = await headers()
  const key = isOwnCall(told) ? readOverviewKey(told.get(READER_HEADER)) : null
  if (key === null) notFound()
  const { actor, kind } = readersOf(key)
  return { overview: await overviewOrLastKnown(key, (context) => getStatusOverview(seenBy(context, actor))), reader: kind }
})

export async function generateMetadata(): Promise<Metadata> {
  const { overview } = await readOnce()
  const { page, now } = overview
  if (page === null) return { title: 'Tidemark' }
  const headline = piecesInWords(headlineOf(overview), (at) => nearTime(at, page.zone, now))
  return { title: `${headline} · ${page.name}`, ...statusIcon(standingOf(overview)) }
}

export default async function OverviewPage() {
  return <Overview {...(await readOnce())} />
}
