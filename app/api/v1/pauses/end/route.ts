import { readBody } from '#app/_api/read-question.ts'
import { acceptAction } from '#app/_lib/accept-action.ts'
import { subjectPath } from '#app/_ui/paths.ts'
import { endPauses } from '#lib/commands/windows/close-window.ts'
import { pauseEndBody } from '#lib/queries/api/order-bodies.ts'

/** Ends the pause or maintenance of a flow, feed, group or asset, or withdraws what is announced: `{ subject: "flow:course" }`. */
export function POST(request: Request): Promise<Response> {
  return acceptAction(request, { action: 'window.close', target: null }, async (ctx, fields) => {
    const { subject } = readBody(fields, pauseEndBody)
    await endPauses(ctx, { ...subject, name: subject.key })
    return { location: subjectPath(subject), answer: { ended: true } }
  })
}
