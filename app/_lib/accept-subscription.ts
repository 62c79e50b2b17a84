import { subscriptionsPath } from '#app/_ui/feeds/reader-paths.ts'
import { accountPath, decodeSegment, subjectPath } from '#app/_ui/paths.ts'
import { requireOrderRoom } from '#lib/access/limit.ts'
import { endByLink } from '#lib/access/subscriptions/by-link.ts'
import { type Subscribable, subscribe, unsubscribe } from '#lib/access/subscriptions/subscribe.ts'
import { isTidemarkError } from '#lib/domain/tidemark-error.ts'
import { acceptAction, saidPath, textOf } from './accept-action.ts'
import { DATA_HEAD } from './content-policy.ts'
import { requestContext } from './request-context.ts'
import { problem, respond } from './respond.ts'

/** Has somebody written to of a group or feed, at their own address or at the one in `email`. */
export async function acceptSubscription(request: Request, kind: Subscribable['kind'], segment: string): Promise<Response> {
  const subject = { kind, key: decodeSegment(segment) ?? segment }
  const path = subjectPath(subject)
  return acceptAction(
    request,
    { action: 'subscription.begin', target: subject },
    async (context, { email }) => {
      const words = await subscribe(context, subject, textOf(email))
      return { location: saidPath(path, words), answer: { words } }
    },
    { path },
  )
}

/** Ends what whoever has signed in is written to of; `from: account` leads back there. */
export async function acceptUnsubscription(request: Request, kind: Subscribable['kind'], segment: string): Promise<Response> {
  const subject = { kind, key: decodeSegment(segment) ?? segment }
  return acceptAction(
    request,
    { action: 'subscription.end', target: subject },
    async (context, { from }) => {
      await unsubscribe(context, subject)
      const words = 'You are not written to of this any more.'
      return { location: saidPath(from === 'account' ? accountPath : subjectPath(subject), words), answer: { words } }
    },
    { path: accountPath },
  )
}

/**
 * Ends everything that is sent to whoever has this link, as a mail program asks for it in one step (RFC 8058): from anywhere, whatever it sends along, since the address proves
 * enough. It is never led elsewhere, and asking twice is no error.
 */
export function acceptLeaving(request: Request, token: string): Promise<Response> {
  return respond(async () => {
    const context = await requestContext()
    await request.body?.cancel()
    await requireOrderRoom(context, 'elsewhere')
    await endByLink(context, token).catch((error: unknown) => {
      if (!isTidemarkError(error) || error.code !== 'not-found') throw error
    })
    return Response.json({ ended: true })
  })
}

/** Who follows that link with a browser is asked first: programs that look into letters follow links, too. */
export function leadToSubscriptions(token: string): Response {
  const location = decodeSegment(token) === null ? null : subscriptionsPath(token)
  if (location === null) return problem(404, 'There is nothing at this address.')
  return new Response(null, { status: 303, headers: { ...DATA_HEAD, location } })
}
