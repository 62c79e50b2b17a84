import type { Metadata } from 'next'
import { admit } from '#app/_lib/admit.ts'
import { requestContext } from '#app/_lib/request-context.ts'
import { adminPartPath } from '#app/_ui/paths.ts'
import { getCatalogueAdminPage } from '#lib/queries/pages/catalogue-page.ts'
import { CatalogueScreen } from './catalogue-screen.tsx'
import { readVersion } from './version-number.ts'

export const metadata: Metadata = { title: 'Catalogue' }
export const dynamic = 'force-dynamic'

/** What is declared: its problems, who sees what, and every version there was. */
export default async function CataloguePage({ searchParams }: { searchParams: Promise<Record<string, string | string[] | undefined>> }) {
  const context = admit(await requestContext(), 'admin.read', adminPartPath('catalogue'))
  const before = readVersion((await searchParams)['before'])
  return <CatalogueScreen found={await getCatalogueAdminPage(context, before)} before={before} actor={context.actor} />
}
