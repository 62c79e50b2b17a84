import { readBody } from '#app/_api/read-question.ts'
import { acceptAction } from '#app/_lib/accept-action.ts'
import { decodeSegment, runPath } from '#app/_ui/paths.ts'
import { requestRun } from '#lib/commands/runs/request-run.ts'
import { runBody } from '#lib/queries/api/order-bodies.ts'

/** Asks for a run of a flow now; `parameters` is an object, or its JSON text from a form. The answer names the run it waits for, if any, and whether it had been asked for before. */
export async function POST(request: Request, { params }: { params: Promise<{ flow: string }> }): Promise<Response> {
  const flow = decodeSegment((await params).flow) ?? ''
  return acceptAction(request, { action: 'run.request', target: { kind: 'flow', key: flow } }, async (ctx, fields) => {
    const { parameters = {} } = readBody(fields, runBody)
    const { runId, waitsFor, isJoined } = await requestRun(ctx, { flow, parameters })
    return { location: runPath(runId), answer: { run: runId, waitsFor, joined: isJoined } }
  })
}
