import { acceptAction } from '#app/_lib/accept-action.ts'
import { readAnnounced, readMaintenanceSubject } from '#app/_lib/maintenance-order.ts'
import { endSeries } from '#lib/commands/windows/change-series.ts'
import { closeWindow } from '#lib/commands/windows/close-window.ts'

/** Ends or withdraws announced work, `{ window: 7, subject: "feed:terms" }`, or what comes again, `{ series: 2, … }`. */
export function POST(request: Request): Promise<Response> {
  return acceptAction(request, { action: 'window.close', target: null }, async (ctx, fields) => {
    const { location } = readMaintenanceSubject(fields)
    const announced = readAnnounced(fields)
    if ('seriesId' in announced) await endSeries(ctx, announced)
    else await closeWindow(ctx, announced)
    return { location, answer: { ended: true } }
  })
}
