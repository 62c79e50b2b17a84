import { acceptAction, textOf } from '#app/_lib/accept-action.ts'
import { browserOf } from '#app/_lib/request-context.ts'
import { invitationPath } from '#app/_ui/paths.ts'
import { acceptInvitation } from '#lib/access/invitations.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'

/** Follows a link: `email` and `name` where it names nobody, and `password`, twice. */
export async function POST(request: Request, { params }: { params: Promise<{ token: string }> }): Promise<Response> {
  const { token } = await params
  return acceptAction(
    request,
    { action: 'invitation.accept', target: null },
    async (context, fields) => {
      const [email, name, password, again] = ['email', 'name', 'password', 'again'].map((key) => textOf(fields[key]))
      if (password !== again) throw new TidemarkError('invalid', { publicMessage: 'The two passwords are not the same.' })
      const cookie = await acceptInvitation(context, token, { email, name, password: password ?? '' }, browserOf())
      return { location: '/', answer: { signedIn: true }, headers: { 'set-cookie': cookie } }
    },
    { path: invitationPath(token), keeps: ['email', 'name'] },
  )
}
