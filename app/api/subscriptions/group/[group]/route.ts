import { acceptSubscription } from '#app/_lib/accept-subscription.ts'

/** Has somebody written to of a group. */
export async function POST(request: Request, { params }: { params: Promise<{ group: string }> }): Promise<Response> {
  return acceptSubscription(request, 'group', (await params).group)
}
