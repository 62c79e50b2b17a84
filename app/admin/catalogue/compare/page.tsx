import type { Metadata } from 'next'
import { notFound } from 'next/navigation'
import { admit } from '#app/_lib/admit.ts'
import { requestContext } from '#app/_lib/request-context.ts'
import { adminPartPath } from '#app/_ui/paths.ts'
import { compareVersions } from '#lib/queries/pages/catalogue-page.ts'
import { readVersion } from '../version-number.ts'
import { CompareScreen } from './compare-screen.tsx'

export const metadata: Metadata = { title: 'What the catalogue changed' }
export const dynamic = 'force-dynamic'

/** Two versions of the catalogue beside each other: `/admin/catalogue/compare?from=3&to=7`; without `from` the one before. */
export default async function ComparePage({ searchParams }: { searchParams: Promise<Record<string, string | string[] | undefined>> }) {
  const context = admit(await requestContext(), 'admin.read', adminPartPath('catalogue'))
  const asked = await searchParams
  const to = readVersion(asked['to'])
  const found = to === null ? null : await compareVersions(context, readVersion(asked['from']), to)
  if (found === null) notFound()
  return <CompareScreen found={found} actor={context.actor} />
}
