import { acceptAction, saidPath } from '#app/_lib/accept-action.ts'
import { subscriptionsPath } from '#app/_ui/feeds/reader-paths.ts'
import { confirmByLink } from '#lib/access/subscriptions/by-link.ts'

/** Confirms what was asked for at the address that the link was sent to. */
export async function POST(request: Request, { params }: { params: Promise<{ token: string }> }): Promise<Response> {
  const { token } = await params
  return acceptAction(
    request,
    { action: 'subscription.confirm', target: null },
    async (context) => {
      const confirmed = await confirmByLink(context, token)
      return { location: saidPath(subscriptionsPath(token), 'Confirmed: you are written to from now on.'), answer: { confirmed } }
    },
    { path: subscriptionsPath(token) },
  )
}
