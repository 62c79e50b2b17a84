import { seeOther, toSignInAgain } from '#app/_lib/oidc-answer.ts'
import { browserOf, requestContext } from '#app/_lib/request-context.ts'
import { beginOidc } from '#lib/access/oidc/oidc-sign-in.ts'
import { ownPath } from '#lib/domain/access/own-path.ts'
import { readEnvironment } from '#lib/platform/env.ts'

export const dynamic = 'force-dynamic'

/** Sends somebody to the provider of sign-ins; `to`: where they go on once they are back. Nothing is changed by it, so it may be a link. */
export async function GET(request: Request): Promise<Response> {
  const context = await requestContext()
  const to = ownPath(new URL(request.url).searchParams.get('to'))
  try {
    const { location, setCookie } = await beginOidc(context, browserOf(), { to, clientSecret: readEnvironment().oidcClientSecret })
    return seeOther(location, [setCookie])
  } catch (error) {
    return toSignInAgain(error, to)
  }
}
