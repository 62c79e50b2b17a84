import { acceptAction } from '#app/_lib/accept-action.ts'
import { runPath } from '#app/_ui/paths.ts'
import { cancelRun } from '#lib/commands/runs/cancel-run.ts'
import { isRunId } from '#lib/domain/runs/run.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'

/** Cancels a run, or asks its worker to stop it. */
export async function POST(request: Request, { params }: { params: Promise<{ run: string }> }): Promise<Response> {
  const { run } = await params
  return acceptAction(request, { action: 'run.cancel', target: { kind: 'run', key: run } }, async (ctx) => {
    if (!isRunId(run)) throw new TidemarkError('not-found', { publicMessage: 'There is no such run.' })
    return { location: runPath(run), answer: { state: await cancelRun(ctx, { runId: run }) } }
  })
}
