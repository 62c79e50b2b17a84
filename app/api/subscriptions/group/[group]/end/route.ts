import { acceptUnsubscription } from '#app/_lib/accept-subscription.ts'

/** Ends what whoever has signed in is written to of a group. */
export async function POST(request: Request, { params }: { params: Promise<{ group: string }> }): Promise<Response> {
  return acceptUnsubscription(request, 'group', (await params).group)
}
