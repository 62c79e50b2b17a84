import type { Metadata } from 'next'
import { requestContext } from '#app/_lib/request-context.ts'
import { EmptyState } from '#app/_ui/empty-state.tsx'
import { getConnectionsPage } from '#lib/queries/pages/connections-page.ts'
import { getBanners } from '#lib/queries/shared/banners.ts'
import { ConnectionsScreen } from './connections-screen.tsx'

export const metadata: Metadata = { title: 'Connections' }
export const dynamic = 'force-dynamic'

/** Every outside system on one card: can we get in, and how old are its secrets? */
export default async function ConnectionsPage() {
  const context = await requestContext()
  const found = await getConnectionsPage(context)
  if (found === null) return <EmptyState now={context.clock.now()} banners={await getBanners(context, false)} />
  return <ConnectionsScreen found={found} />
}
