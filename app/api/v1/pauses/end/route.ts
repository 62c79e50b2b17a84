import { acceptAction } from '#app/_lib/accept-action.ts'
import { readPauseSubject } from '#app/_lib/pause-subject.ts'
import { endPauses } from '#lib/commands/windows/close-window.ts'

/** Ends the pause or maintenance of a flow, feed, group or asset, or withdraws what is announced: `{ subject: "flow:course" }`. */
export function POST(request: Request): Promise<Response> {
  return acceptAction(request, { action: 'window.close', target: null }, async (ctx, fields) => {
    const { location, kind, key } = readPauseSubject(fields)
    await endPauses(ctx, { kind, key, name: key })
    return { location, answer: { ended: true } }
  })
}
