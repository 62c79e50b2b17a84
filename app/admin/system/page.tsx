import type { Metadata } from 'next'
import { admit } from '#app/_lib/admit.ts'
import { requestContext } from '#app/_lib/request-context.ts'
import { adminPartPath } from '#app/_ui/paths.ts'
import { getSystemPage } from '#lib/queries/pages/system-page.ts'
import { SystemScreen } from './system-screen.tsx'

export const metadata: Metadata = { title: 'System' }
export const dynamic = 'force-dynamic'

/** How Tidemark itself is: workers, work, versions, storage, slow statements. */
export default async function SystemPage() {
  const context = admit(await requestContext(), 'admin.read', adminPartPath('system'))
  return <SystemScreen found={await getSystemPage(context)} actor={context.actor} />
}
