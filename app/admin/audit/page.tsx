import type { Metadata } from 'next'
import { admit } from '#app/_lib/admit.ts'
import { requestContext } from '#app/_lib/request-context.ts'
import { adminPartPath } from '#app/_ui/paths.ts'
import { questionIn } from '#app/_ui/runs/run-question.ts'
import { getAuditPage, WHOLE_AUDIT } from '#lib/queries/pages/audit-page.ts'
import { parseAuditFilter } from './audit-filter.ts'
import { AuditScreen } from './audit-screen.tsx'

export const metadata: Metadata = { title: 'Audit' }
export const dynamic = 'force-dynamic'

/** Who ordered what: `/admin/audit?who=ada&outcome=refused`. */
export default async function AuditPage({ searchParams }: { searchParams: Promise<Record<string, string | string[] | undefined>> }) {
  const context = admit(await requestContext(), 'admin.read', adminPartPath('audit'))
  const parsed = parseAuditFilter(questionIn(await searchParams))
  const problem = 'problem' in parsed ? parsed.problem : null
  const filter = 'problem' in parsed ? WHOLE_AUDIT : parsed
  return <AuditScreen found={await getAuditPage(context, filter)} filter={filter} problem={problem} actor={context.actor} />
}
