import { openWindow } from '#lib/commands/open-window.ts'
import { acceptOrder } from '../../../_lib/accept-order.ts'
import { readPauseLength, readPauseNote, readPauseSubject } from '../../../_lib/pause-subject.ts'

/** Pauses a flow, feed, group or asset: `{ subject: "flow:course", for: "2h", note: "…" }`; without `for` until somebody ends it. */
export function POST(request: Request): Promise<Response> {
  return acceptOrder(request, async (ctx, fields) => {
    const { location, kind, key } = readPauseSubject(fields)
    const lengthMs = readPauseLength(fields)
    const from = ctx.clock.now()
    const to = lengthMs === null ? null : from + lengthMs
    const id = await openWindow(ctx, { subject: { kind, key }, kind: 'paused', from, to, note: readPauseNote(fields) })
    return { location, answer: { pause: id } }
  })
}
