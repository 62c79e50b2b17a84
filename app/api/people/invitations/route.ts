import { acceptAction, textOf } from '#app/_lib/accept-action.ts'
import { linkPage } from '#app/_lib/bare-page.ts'
import { readAccess } from '#app/_lib/person-orders.ts'
import { adminPartPath } from '#app/_ui/paths.ts'
import { invitationLink, invite } from '#lib/access/invitations.ts'
import { getPageAccess } from '#lib/queries/shared/page-access.ts'

/** Invites somebody; the link is told in this one answer and nowhere else. */
export function POST(request: Request): Promise<Response> {
  const back = adminPartPath('people')
  return acceptAction(request, { action: 'person.invite', target: null }, async (ctx, fields) => {
    const email = textOf(fields['email']).trim() || null
    const { token, isMailed } = await invite(ctx, { email, ...readAccess(fields) })
    const link = invitationLink((await getPageAccess(ctx)).url, token)
    const made = { link, words: wordsOf(email, isMailed) }
    return { location: back, answer: made, page: async () => linkPage({ ...made, back }) }
  })
}

function wordsOf(email: string | null, isMailed: boolean): string {
  if (email === null) return 'Whoever has this link can use it, once, within seven days. Give it to nobody else.'
  return `${isMailed ? `It is on its way to ${email}` : `Give it to ${email}`}; it works once, within seven days.`
}
