import { acceptAction, saidPath, textOf } from '#app/_lib/accept-action.ts'
import { whoIsAsking } from '#app/_lib/request-context.ts'
import { accountPath } from '#app/_ui/paths.ts'
import { changePassword } from '#lib/access/sign-in.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'

/** Changes the password of whoever asks: `password`, the one they have, `next`, and that once more as `again`. */
export function POST(request: Request): Promise<Response> {
  return acceptAction(
    request,
    { action: 'password.change', target: null },
    async (context, { password, next, again }) => {
      if (next !== again) throw new TidemarkError('invalid', { publicMessage: 'The two new passwords are not the same.' })
      await changePassword(context, { password: textOf(password), next: textOf(next) }, whoIsAsking().sessionId ?? '')
      const words = 'Your password is changed, and all your other sessions have ended.'
      return { location: saidPath(accountPath, words), answer: { changed: true } }
    },
    { path: accountPath },
  )
}
