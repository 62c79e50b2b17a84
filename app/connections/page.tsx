import type { Metadata } from 'next'
import { getBanners } from '#lib/queries/banners.ts'
import { getConnectionsPage } from '#lib/queries/connections-page.ts'
import { ConnectionsScreen } from '../_components/connections-screen.tsx'
import { EmptyState } from '../_components/empty-state.tsx'
import { requestContext } from '../_lib/request-context.ts'

export const metadata: Metadata = { title: 'Connections' }
export const dynamic = 'force-dynamic'

/** Every outside system on one card: can we get in, and how old are its secrets? */
export default async function ConnectionsPage() {
  const context = requestContext()
  const found = await getConnectionsPage(context)
  if (found === null) return <EmptyState now={context.clock.now()} banners={await getBanners(context, false)} />
  return <ConnectionsScreen found={found} />
}
