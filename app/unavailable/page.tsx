import type { Metadata } from 'next'
import { headers } from 'next/headers'
import { notFound } from 'next/navigation'
import { TROUBLE_HEADER } from '#app/_door/render-unavailable.ts'
import type { DatabaseTrouble } from '#app/_lib/database-pulse.ts'
import { isOwnCall } from '#app/_lib/own-call.ts'
import { requestContext } from '#app/_lib/request-context.ts'
import { Unavailable } from './unavailable.tsx'

export const metadata: Metadata = { title: 'Not available' }
export const dynamic = 'force-dynamic'

/** What stands in for every page that cannot be shown; reads no database. Only the door asks for it. */
export default async function UnavailablePage() {
  const given = await headers()
  if (!isOwnCall(given)) notFound()
  const trouble: DatabaseTrouble | null = JSON.parse(decodeURIComponent(given.get(TROUBLE_HEADER) ?? 'null'))
  return <Unavailable trouble={trouble} page={globalThis.tidemarkLastOverview?.page ?? null} now={requestContext().clock.now()} />
}
