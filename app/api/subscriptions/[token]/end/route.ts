import { acceptAction, saidPath } from '#app/_lib/accept-action.ts'
import { subscriptionsPath } from '#app/_ui/feeds/reader-paths.ts'
import { endByLink } from '#lib/access/subscriptions/by-link.ts'

/** Ends what is sent to whoever has the link: one thing, by its number (`subject`), or everything. */
export async function POST(request: Request, { params }: { params: Promise<{ token: string }> }): Promise<Response> {
  const { token } = await params
  return acceptAction(
    request,
    { action: 'subscription.end', target: null },
    async (context, { subject }) => {
      const only = typeof subject === 'string' && /^[1-9]\d{0,8}$/.test(subject) ? Number(subject) : null
      const ended = await endByLink(context, token, only)
      return { location: saidPath(subscriptionsPath(token), 'Ended.'), answer: { ended } }
    },
    { path: subscriptionsPath(token) },
  )
}
