import { signInPath } from '#app/_ui/paths.ts'
import { isTidemarkError } from '#lib/domain/tidemark-error.ts'
import { saidPath } from './accept-action.ts'
import { unexpected } from './respond.ts'

/** Leads a browser on, with what it is given to keep. */
export function seeOther(location: string, setCookies: readonly string[] = []): Response {
  const headers = new Headers({ location, 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' })
  for (const setCookie of setCookies) headers.append('set-cookie', setCookie)
  return new Response(null, { status: 303, headers })
}

/** Back to the way in, which says why somebody was not let in. */
export function toSignInAgain(error: unknown, to: string, setCookies: readonly string[] = []): Response {
  if (!isTidemarkError(error)) return unexpected(error, 'a sign-in failed')
  return seeOther(saidPath(signInPath, error.publicMessage, to === '/' ? {} : { to }), setCookies)
}
