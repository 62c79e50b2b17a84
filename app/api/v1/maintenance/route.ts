import { readBody } from '#app/_api/read-question.ts'
import { acceptAction } from '#app/_lib/accept-action.ts'
import { afterMaintenance, readWork } from '#app/_lib/maintenance-order.ts'
import { openWindow } from '#lib/commands/windows/open-window.ts'
import { planSeries } from '#lib/commands/windows/plan-series.ts'
import { maintenanceBody } from '#lib/queries/api/order-bodies.ts'
import { getPageZone } from '#lib/queries/shared/page-settings.ts'

/**
 * Announces maintenance of a feed, group, asset or everything: `{ subject: "feed:terms", when: "now", for: "2h", note: "…" }`, `when: "once"` with
 * `from` and `to`, or `when: "recurring"`.
 */
export function POST(request: Request): Promise<Response> {
  return acceptAction(request, { action: 'window.open', target: null }, async (ctx, fields) => {
    const { subject, note, ...when } = readBody(fields, maintenanceBody)
    const work = readWork(when, await getPageZone(ctx), ctx.clock.now())
    const location = afterMaintenance(fields, subject)
    if (work.kind === 'recurring')
      return { location, answer: { series: await planSeries(ctx, { subject, recurrence: work.recurrence, note }) } }
    const { from, to } = work
    return { location, answer: { window: await openWindow(ctx, { subject, kind: 'maintenance', from, to, note }) } }
  })
}
