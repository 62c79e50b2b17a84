import { acceptSubscription } from '#app/_lib/accept-subscription.ts'

/** Has somebody written to of a feed. */
export async function POST(request: Request, { params }: { params: Promise<{ feed: string }> }): Promise<Response> {
  return acceptSubscription(request, 'feed', (await params).feed)
}
