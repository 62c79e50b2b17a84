import { acceptAction } from '#app/_lib/accept-action.ts'
import { browserOf } from '#app/_lib/request-context.ts'
import { signInPath } from '#app/_ui/paths.ts'
import { signIn } from '#lib/access/sign-in.ts'
import { ownPath } from '#lib/domain/access/own-path.ts'

/** Signs somebody in: `email`, `password`, and `to`, where they go on. */
export function POST(request: Request): Promise<Response> {
  const page = { path: signInPath, keeps: ['to'] }
  return acceptAction(
    request,
    { action: 'sign-in', target: null },
    async (context, { email, password, to }) => {
      const given = { email: textOf(email), password: textOf(password) }
      const setCookie = await signIn(context, given, browserOf())
      return { location: ownPath(textOf(to)), answer: { signedIn: true }, setCookie }
    },
    page,
  )
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
