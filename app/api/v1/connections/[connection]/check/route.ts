import { acceptAction } from '#app/_lib/accept-action.ts'
import { connectionPath, decodeSegment } from '#app/_ui/paths.ts'
import { requestCheck } from '#lib/commands/probes/connection-checks.ts'

/** Asks for a check of a connection now; a worker does it, because the page knows no secrets. */
export async function POST(request: Request, { params }: { params: Promise<{ connection: string }> }): Promise<Response> {
  const connection = decodeSegment((await params).connection) ?? ''
  return acceptAction(request, { action: 'connection.check', target: { kind: 'connection', key: connection } }, async (ctx) => {
    return { location: connectionPath(connection), answer: await requestCheck(ctx, { connection }) }
  })
}
