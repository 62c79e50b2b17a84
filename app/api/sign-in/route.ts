import { acceptAction, textOf } from '#app/_lib/accept-action.ts'
import { browserOf } from '#app/_lib/request-context.ts'
import { signInPath } from '#app/_ui/paths.ts'
import { knownBrowserCookie } from '#lib/access/known-browser.ts'
import { signIn } from '#lib/access/sign-in.ts'
import { ownPath } from '#lib/domain/access/own-path.ts'

/** Signs somebody in: `email`, `password`, and `to`, where they go on. */
export function POST(request: Request): Promise<Response> {
  return acceptAction(
    request,
    { action: 'sign-in', target: null },
    async (context, { email, password, to }) => {
      const given = { email: textOf(email), password: textOf(password), cookieHeader: request.headers.get('cookie') }
      const browser = browserOf()
      const setCookies = [await signIn(context, given, browser), knownBrowserCookie(context, browser.site, given.email)]
      return { location: ownPath(textOf(to)), answer: { signedIn: true }, setCookies }
    },
    { path: signInPath, keeps: ['to'] },
  )
}
