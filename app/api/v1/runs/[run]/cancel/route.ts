import { cancelRun } from '#lib/commands/cancel-run.ts'
import { TidemarkError } from '#lib/platform/errors.ts'
import { acceptOrder } from '../../../../../_lib/accept-order.ts'
import { runPath } from '../../../../../_lib/paths.ts'
import { isRunId } from '../../../../../_lib/run-id.ts'

/** Cancels a run, or asks its worker to stop it. */
export function POST(request: Request, { params }: { params: Promise<{ run: string }> }): Promise<Response> {
  return acceptOrder(request, async (ctx) => {
    const { run } = await params
    if (!isRunId(run)) throw new TidemarkError('not-found', { publicMessage: 'There is no such run.' })
    return { location: runPath(run), answer: { state: await cancelRun(ctx, { runId: run }) } }
  })
}
