import { acceptAction, saidPath } from '#app/_lib/accept-action.ts'
import { whoIsAsking } from '#app/_lib/request-context.ts'
import { accountPath } from '#app/_ui/paths.ts'
import { endOwnSessions } from '#lib/access/sessions.ts'

/** Ends a session of whoever asks (`session`), or without one all but that they ask by. */
export function POST(request: Request): Promise<Response> {
  return acceptAction(
    request,
    { action: 'session.end', target: null },
    async (context, { session }) => {
      const ended = await endOwnSessions(
        context,
        typeof session === 'string' && session !== '' ? { only: session } : { but: whoIsAsking().sessionId },
      )
      const words = ended === 1 ? 'One session has ended.' : `${ended} sessions have ended.`
      return { location: saidPath(accountPath, words), answer: { ended } }
    },
    { path: accountPath },
  )
}
