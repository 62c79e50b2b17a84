import { seeOther, toSignInAgain } from '#app/_lib/oidc-answer.ts'
import { browserOf, requestContext } from '#app/_lib/request-context.ts'
import { finishOidc } from '#lib/access/oidc/oidc-sign-in.ts'
import { noRoundTripCookie } from '#lib/access/oidc/round-trip.ts'
import { readEnvironment } from '#lib/platform/env.ts'

export const dynamic = 'force-dynamic'

/** Where the provider of sign-ins sends people back to. */
export async function GET(request: Request): Promise<Response> {
  const context = await requestContext()
  const browser = browserOf()
  const { searchParams: answer } = new URL(request.url)
  try {
    const came = { answer, cookieHeader: request.headers.get('cookie'), clientSecret: readEnvironment().oidcClientSecret }
    const { to, setCookies } = await finishOidc(context, browser, came)
    return seeOther(to, setCookies)
  } catch (error) {
    return toSignInAgain(error, '/', [noRoundTripCookie(browser.site)])
  }
}
