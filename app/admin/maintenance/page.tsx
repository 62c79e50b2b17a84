import type { Metadata } from 'next'
import { admit } from '#app/_lib/admit.ts'
import { requestContext } from '#app/_lib/request-context.ts'
import { readPage } from '#app/_ui/pages-of.ts'
import { adminPartPath } from '#app/_ui/paths.ts'
import { AdminShell } from '#app/admin/admin-shell.tsx'
import { may } from '#lib/domain/access/actions.ts'
import { getMaintenancePage } from '#lib/queries/pages/maintenance-page.ts'
import { getAdminFrame } from '#lib/queries/shared/admin-frame.ts'
import { MaintenanceLists } from './maintenance-lists.tsx'

interface PageProps {
  searchParams: Promise<Record<string, string | string[] | undefined>>
}

export const metadata: Metadata = { title: 'Maintenance' }
export const dynamic = 'force-dynamic'

/** All pauses and announced work: what is going on, what is planned, what comes again, and the past of ninety days. */
export default async function Page({ searchParams }: PageProps) {
  const context = admit(await requestContext(), 'window.open', adminPartPath('maintenance'))
  const [frame, found] = await Promise.all([getAdminFrame(context), getMaintenancePage(context)])
  return (
    <AdminShell
      frame={frame}
      actor={context.actor}
      part="maintenance"
      title="Maintenance"
      lead="Announced work and pauses. They hide what breaks while they last, never what was broken before."
      shows={['page']}
    >
      <MaintenanceLists
        found={found}
        pageNumber={readPage((await searchParams)['page'])}
        mayEverything={may(context.actor, 'window.everything')}
      />
    </AdminShell>
  )
}
