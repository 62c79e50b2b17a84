import { acceptAction, saidPath, textOf } from '#app/_lib/accept-action.ts'
import { forgottenPath } from '#app/_ui/paths.ts'
import { mailReset } from '#lib/access/invitations.ts'

/** Sends a link to choose another password: `email`. The answer is the same whether there is an account or not. */
export function POST(request: Request): Promise<Response> {
  return acceptAction(
    request,
    { action: 'password.reset', target: null },
    async (context, { email }) => {
      const words = await mailReset(context, textOf(email))
      return { location: saidPath(forgottenPath, words), answer: { words } }
    },
    { path: forgottenPath },
  )
}
