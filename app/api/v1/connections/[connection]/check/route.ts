import { acceptAction } from '#app/_lib/accept-action.ts'
import { connectionPath, decodeSegment } from '#app/_ui/paths.ts'
import { requestCheck } from '#lib/commands/probes/connection-checks.ts'

/** Asks for a check of a connection now; a worker does it, because the page knows no secrets. */
export function POST(request: Request, { params }: { params: Promise<{ connection: string }> }): Promise<Response> {
  return acceptAction(request, async (ctx) => {
    const connection = decodeSegment((await params).connection) ?? ''
    return { location: connectionPath(connection), answer: await requestCheck(ctx, { connection }) }
  })
}
