import type { Metadata } from 'next'
import { admit } from '#app/_lib/admit.ts'
import { requestContext } from '#app/_lib/request-context.ts'
import { accountTokensPath, adminPartPath } from '#app/_ui/paths.ts'
import { TokenList } from '#app/_ui/tokens/token-list.tsx'
import { AdminShell } from '#app/admin/admin-shell.tsx'
import { allTokens } from '#lib/access/tokens.ts'
import { getAdminFrame } from '#lib/queries/shared/admin-frame.ts'

export const metadata: Metadata = { title: 'Tokens' }
export const dynamic = 'force-dynamic'

/** The tokens of everybody; any of them can be ended from here. */
export default async function AdminTokensPage() {
  const context = admit(await requestContext(), 'admin.read', adminPartPath('tokens'))
  const [frame, tokens] = await Promise.all([getAdminFrame(context), allTokens(context)])
  const lead = (
    <>
      Programs that ask for people here, with what they may. Everybody makes their own: <a href={accountTokensPath}>your tokens</a>.
    </>
  )
  return (
    <AdminShell frame={frame} actor={context.actor} part="tokens" title="Tokens" lead={lead}>
      <TokenList tokens={tokens} now={frame.now} withOwner />
    </AdminShell>
  )
}
