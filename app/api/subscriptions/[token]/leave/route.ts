import { acceptLeaving, leadToSubscriptions } from '#app/_lib/accept-subscription.ts'

interface Asked {
  params: Promise<{ token: string }>
}

/** Ends everything that is sent to whoever has the link, in one step. */
export async function POST(request: Request, { params }: Asked): Promise<Response> {
  return acceptLeaving(request, (await params).token)
}

/** Leads to the page that asks first. */
export async function GET(_request: Request, { params }: Asked): Promise<Response> {
  return leadToSubscriptions((await params).token)
}
