import { openWindow } from '#lib/commands/open-window.ts'
import { getPageSettings } from '#lib/queries/page-settings.ts'
import { acceptOrder } from '../../../_lib/accept-order.ts'
import { readPauseBegin, readPauseLength, readPauseNote, readPauseSubject } from '../../../_lib/pause-subject.ts'

/**
 * Pauses a flow, feed, group or asset: `{ subject: "flow:course", for: "2h", note: "…" }`; without `for` until somebody ends it. With
 * `from: "2026-12-01T22:00"` it is announced: maintenance, of a flow a pause.
 */
export function POST(request: Request): Promise<Response> {
  return acceptOrder(request, async (ctx, fields) => {
    const { location, kind, key } = readPauseSubject(fields)
    const lengthMs = readPauseLength(fields)
    const now = ctx.clock.now()
    const announced = readPauseBegin(fields, (await getPageSettings(ctx))?.zone ?? 'UTC', now)
    const from = announced ?? now
    const to = lengthMs === null ? null : from + lengthMs
    const what = announced === null || kind === 'flow' ? 'paused' : 'maintenance'
    const id = await openWindow(ctx, { subject: { kind, key }, kind: what, from, to, note: readPauseNote(fields) })
    return { location, answer: { pause: id } }
  })
}
