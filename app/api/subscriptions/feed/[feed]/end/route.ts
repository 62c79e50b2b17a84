import { acceptUnsubscription } from '#app/_lib/accept-subscription.ts'

/** Ends what whoever has signed in is written to of a feed. */
export async function POST(request: Request, { params }: { params: Promise<{ feed: string }> }): Promise<Response> {
  return acceptUnsubscription(request, 'feed', (await params).feed)
}
