import { readBody } from '#app/_api/read-question.ts'
import { acceptAction } from '#app/_lib/accept-action.ts'
import { afterMaintenance, requireAnnounced } from '#app/_lib/maintenance-order.ts'
import { endSeries } from '#lib/commands/windows/change-series.ts'
import { closeWindow } from '#lib/commands/windows/close-window.ts'
import { maintenanceEndBody } from '#lib/queries/api/order-bodies.ts'

/** Ends or withdraws announced work, `{ window: 7, subject: "feed:terms" }`, or what comes again, `{ series: 2, … }`. */
export function POST(request: Request): Promise<Response> {
  return acceptAction(request, { action: 'window.close', target: null }, async (ctx, fields) => {
    const body = readBody(fields, maintenanceEndBody)
    const announced = requireAnnounced(body)
    if ('seriesId' in announced) await endSeries(ctx, announced)
    else await closeWindow(ctx, announced)
    return { location: afterMaintenance(fields, body.subject), answer: { ended: true } }
  })
}
