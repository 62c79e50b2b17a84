import { readBody } from '#app/_api/read-question.ts'
import { acceptAction } from '#app/_lib/accept-action.ts'
import { afterMaintenance, readWork, requireAnnounced } from '#app/_lib/maintenance-order.ts'
import { refuse } from '#app/_lib/respond.ts'
import { changeSeries } from '#lib/commands/windows/change-series.ts'
import { changeWindow } from '#lib/commands/windows/change-window.ts'
import { readChangedWindow } from '#lib/domain/freshness/announced-work.ts'
import { maintenanceChangeBody } from '#lib/queries/api/order-bodies.ts'
import { getPageZone } from '#lib/queries/shared/page-settings.ts'

/** Moves announced work, `{ window: 7, from, to, note, subject }`, or gives what comes again another rule, `{ series: 2, days, … }`. */
export function POST(request: Request): Promise<Response> {
  return acceptAction(request, { action: 'window.change', target: null }, async (ctx, fields) => {
    const body = readBody(fields, maintenanceChangeBody)
    const { subject, note } = body
    const announced = requireAnnounced(body)
    const zone = await getPageZone(ctx)
    if ('seriesId' in announced) {
      const work = readWork({ ...body, when: 'recurring' }, zone, ctx.clock.now())
      if (work.kind === 'recurring') await changeSeries(ctx, { ...announced, recurrence: work.recurrence, note })
    } else {
      const changed = readChangedWindow(body, zone)
      if ('problems' in changed) throw refuse(changed.problems.join(' '))
      await changeWindow(ctx, { ...announced, ...changed, note })
    }
    return { location: afterMaintenance(fields, subject), answer: { changed: true } }
  })
}
