import { acceptAction } from '#app/_lib/accept-action.ts'
import { feedPath, runsPath } from '#app/_ui/paths.ts'
import { cancelOrder } from '#lib/commands/orders/cancel-order.ts'
import { getOrder } from '#lib/queries/runs/reload-order.ts'

/** Cancels an order, and what runs for it alone. */
export async function POST(request: Request, { params }: { params: Promise<{ order: string }> }): Promise<Response> {
  const { order } = await params
  return acceptAction(request, { action: 'order.cancel', target: { kind: 'order', key: order } }, async (ctx) => {
    const answer = await cancelOrder(ctx, { orderId: order })
    const cancelled = await getOrder(ctx, order)
    return { location: cancelled === null ? runsPath : `${feedPath(cancelled.feed.key)}#reload`, answer }
  })
}
