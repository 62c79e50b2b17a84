import { readBody } from '#app/_api/read-question.ts'
import { acceptAction } from '#app/_lib/accept-action.ts'
import { decodeSegment } from '#app/_ui/paths.ts'
import { flowFilesPath } from '#app/_ui/runs/inbox-paths.ts'
import { retryFiles } from '#lib/commands/inbox/retry-files.ts'
import { retryBody } from '#lib/queries/api/order-bodies.ts'

/** Lets a file of a flow's inbox be tried again, or all that have failed; answers how many wait for the next run now. */
export async function POST(request: Request, { params }: { params: Promise<{ flow: string }> }): Promise<Response> {
  const flow = decodeSegment((await params).flow) ?? ''
  return acceptAction(request, { action: 'inbox.retry', target: { kind: 'flow', key: flow } }, async (ctx, fields) => {
    const { file } = readBody(fields, retryBody)
    const retried = await retryFiles(ctx, { flow, files: file === undefined ? null : [file] })
    return { location: flowFilesPath(flow), answer: { retried } }
  })
}
