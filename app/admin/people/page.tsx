import type { Metadata } from 'next'
import { admit } from '#app/_lib/admit.ts'
import { requestContext } from '#app/_lib/request-context.ts'
import { adminPartPath } from '#app/_ui/paths.ts'
import { getPeoplePage } from '#lib/queries/pages/people-page.ts'
import { PeopleScreen } from './people-screen.tsx'

export const metadata: Metadata = { title: 'People' }
export const dynamic = 'force-dynamic'

/** Who may come in, and who is invited. */
export default async function PeoplePage() {
  const context = admit(await requestContext(), 'admin.read', adminPartPath('people'))
  return <PeopleScreen found={await getPeoplePage(context)} actor={context.actor} />
}
