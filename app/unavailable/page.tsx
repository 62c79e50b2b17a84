import type { Metadata } from 'next'
import { headers } from 'next/headers'
import { notFound } from 'next/navigation'
import { TROUBLE_HEADER } from '#app/_door/render-unavailable.ts'
import type { DatabaseTrouble } from '#app/_lib/database-pulse.ts'
import { isOwnCall } from '#app/_lib/own-call.ts'
import { requestContext } from '#app/_lib/request-context.ts'
import { PageShell } from '#app/_ui/page-shell.tsx'
import { getPageSettings } from '#lib/queries/shared/page-settings.ts'
import { NothingHere } from '../not-found.tsx'
import { Unavailable } from './unavailable.tsx'

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await readTold()) === 'missing' ? 'Not found' : 'Not available' }
}

export const dynamic = 'force-dynamic'

/** What the door says is wrong. */
async function readTold(): Promise<DatabaseTrouble | null | 'missing'> {
  return JSON.parse(decodeURIComponent((await headers()).get(TROUBLE_HEADER) ?? 'null'))
}

/** What stands in for every page that cannot be shown, or is not there; reads no database while that is in trouble. Only the door asks for it. */
export default async function UnavailablePage() {
  if (!isOwnCall(await headers())) notFound()
  const told = await readTold()
  const now = requestContext().clock.now()
  const known = globalThis.tidemarkLastOverview?.page ?? null
  if (told !== 'missing') return <Unavailable trouble={told} page={known ?? NO_PAGE} now={now} />
  return (
    <PageShell page={known ?? (await getPageSettings(requestContext())) ?? NO_PAGE} now={now} shows={null}>
      <NothingHere />
    </PageShell>
  )
}

/** As long as there is no catalogue, or none was read yet. */
const NO_PAGE = { name: 'Tidemark', zone: 'UTC', readyBy: '08:00' }
