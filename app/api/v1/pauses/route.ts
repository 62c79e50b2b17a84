import { acceptAction } from '#app/_lib/accept-action.ts'
import { readPauseBegin, readPauseLength, readPauseNote, readPauseSubject } from '#app/_lib/pause-subject.ts'
import { openWindow } from '#lib/commands/windows/open-window.ts'
import { getPageSettings } from '#lib/queries/shared/page-settings.ts'

/**
 * Pauses a flow, feed, group or asset: `{ subject: "flow:course", for: "2h", note: "…" }`; without `for` until somebody ends it. With
 * `from: "2026-12-01T22:00"` it is announced: maintenance, of a flow a pause.
 */
export function POST(request: Request): Promise<Response> {
  return acceptAction(request, { action: 'window.open', target: null }, async (ctx, fields) => {
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
