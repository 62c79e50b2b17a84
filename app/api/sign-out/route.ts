import { acceptAction, saidPath } from '#app/_lib/accept-action.ts'
import { whoIsAsking } from '#app/_lib/request-context.ts'
import { signInPath } from '#app/_ui/paths.ts'
import { noSessionCookie } from '#lib/access/cookies.ts'
import { signOut } from '#lib/access/sessions.ts'

/**
 * Ends the session somebody asks by; who has none is as good as signed out. Their browser forgets the pages it kept, so that "back" shows them to nobody who comes
 * after.
 */
export function POST(request: Request): Promise<Response> {
  return acceptAction(request, { action: 'sign-out', target: null }, async (context) => {
    const { sessionId, site } = whoIsAsking()
    if (sessionId !== null) await signOut(context, sessionId)
    const headers = { 'set-cookie': noSessionCookie(site), 'clear-site-data': '"cache"' }
    return { location: saidPath(signInPath, 'You have signed out.'), answer: { signedOut: true }, headers }
  })
}
