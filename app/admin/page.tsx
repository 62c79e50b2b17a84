import type { Metadata } from 'next'
import { admit } from '#app/_lib/admit.ts'
import { requestContext } from '#app/_lib/request-context.ts'
import { adminPartPath, adminPath } from '#app/_ui/paths.ts'
import { getAdminFrame } from '#lib/queries/shared/admin-frame.ts'
import { AdminShell, partsFor } from './admin-shell.tsx'

export const metadata: Metadata = { title: 'Admin' }
export const dynamic = 'force-dynamic'

/** Everything one's role can look after. */
export default async function AdminPage() {
  const context = admit(await requestContext(), 'window.open', adminPath)
  const { actor } = context
  return (
    <AdminShell frame={await getAdminFrame(context)} actor={actor} part={null} title="Admin">
      <dl className="grid grid-cols-[repeat(auto-fill,minmax(min(100%,320px),1fr))] gap-x-12">
        {partsFor(actor).map(([key, words, , purpose]) => (
          <div key={key} className="border-t border-line-strong py-4">
            <dt className="text-[18px]/6 font-semibold text-ink">
              <a href={adminPartPath(key)}>{words}</a>
            </dt>
            <dd className="mt-1 text-sm text-muted">{purpose}</dd>
          </div>
        ))}
      </dl>
    </AdminShell>
  )
}
