import { endPauses } from '#lib/commands/close-window.ts'
import { acceptOrder } from '../../../../_lib/accept-order.ts'
import { readPauseSubject } from '../../../../_lib/pause-subject.ts'

/** Ends the pause or maintenance of a flow, feed, group or asset, or withdraws what is announced: `{ subject: "flow:course" }`. */
export function POST(request: Request): Promise<Response> {
  return acceptOrder(request, async (ctx, fields) => {
    const { location, kind, key } = readPauseSubject(fields)
    await endPauses(ctx, { kind, key, name: key })
    return { location, answer: { ended: true } }
  })
}
