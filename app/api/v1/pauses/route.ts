import { readBody } from '#app/_api/read-question.ts'
import { acceptAction } from '#app/_lib/accept-action.ts'
import { refuse } from '#app/_lib/respond.ts'
import { subjectPath } from '#app/_ui/paths.ts'
import { openWindow } from '#lib/commands/windows/open-window.ts'
import { readBegin } from '#lib/domain/freshness/announced-begin.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { pauseBody } from '#lib/queries/api/order-bodies.ts'
import { getPageZone } from '#lib/queries/shared/page-settings.ts'

/**
 * Pauses a flow, feed, group or asset: `{ subject: "flow:course", for: "2h", note: "…" }`; without `for` until somebody ends it. With
 * `from: "2026-12-01T22:00"` it is announced: maintenance, of a flow a pause.
 */
export function POST(request: Request): Promise<Response> {
  return acceptAction(request, { action: 'window.open', target: null }, async (ctx, fields) => {
    const { subject, for: lengthMs, from: begin, note } = readBody(fields, pauseBody)
    const now = ctx.clock.now()
    const announced = begin ? readPauseBegin(begin, await getPageZone(ctx), now) : null
    const from = announced ?? now
    const to = lengthMs === null ? null : from + lengthMs
    const kind = announced === null || subject.kind === 'flow' ? 'paused' : 'maintenance'
    const id = await openWindow(ctx, { subject, kind, from, to, note })
    return { location: subjectPath(subject), answer: { pause: id } }
  })
}

/** When it begins, as the clocks of the page show it. */
function readPauseBegin(written: string, zone: string, now: Instant): Instant {
  const begin = readBegin(written, zone, now)
  if (typeof begin !== 'number') throw refuse(begin.problem)
  return begin
}
