import { acceptAction } from '#app/_lib/accept-action.ts'
import { decodeSegment, feedPath } from '#app/_ui/paths.ts'
import { lookNow } from '#lib/commands/orders/look-now.ts'

/** Has the workers look now at what the feed is made of. */
export async function POST(request: Request, { params }: { params: Promise<{ feed: string }> }): Promise<Response> {
  const feed = decodeSegment((await params).feed) ?? ''
  return acceptAction(request, { action: 'feed.look', target: { kind: 'feed', key: feed } }, async (ctx) => ({
    location: feedPath(feed),
    answer: await lookNow(ctx, { feed }),
  }))
}
