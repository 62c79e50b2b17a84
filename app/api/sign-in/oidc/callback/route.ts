import { seeOther, toSignInAgain } from '#app/_lib/oidc-answer.ts'
import { browserOf, requestContext } from '#app/_lib/request-context.ts'
import { finishOidc } from '#lib/access/oidc/oidc-sign-in.ts'
import { noRoundTripCookie, roundTripIn } from '#lib/access/oidc/round-trip.ts'
import { readEnvironment } from '#lib/platform/env.ts'

export const dynamic = 'force-dynamic'

/** Where the provider of sign-ins sends people back to. */
export async function GET(request: Request): Promise<Response> {
  const context = await requestContext()
  const browser = browserOf()
  const { searchParams: answer } = new URL(request.url)
  const cookieHeader = request.headers.get('cookie')
  try {
    const came = { answer, cookieHeader, clientSecret: readEnvironment().oidcClientSecret }
    const { to, setCookies } = await finishOidc(context, browser, came)
    return seeOther(to, setCookies)
  } catch (error) {
    const to = roundTripIn(context, browser.site, cookieHeader)?.to ?? '/'
    return toSignInAgain(error, to, [noRoundTripCookie(browser.site)])
  }
}
