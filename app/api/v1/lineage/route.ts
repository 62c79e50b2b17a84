import { listResponse } from '#app/_api/list-response.ts'
import { requestContext } from '#app/_lib/request-context.ts'
import { acceptPush } from '#app/_push/accept-push.ts'
import { readEvents } from '#app/_push/read-events.ts'
import { acceptLineage } from '#lib/commands/push/accept-messages.ts'
import { LINEAGE_LIST } from '#lib/queries/api/list-lineage.ts'

/** The edges of the lineage. */
export function GET(request: Request): Promise<Response> {
  return listResponse(request, LINEAGE_LIST, () => requestContext())
}

/** Events of OpenLineage: one, or a list of them. */
export function POST(request: Request): Promise<Response> {
  return acceptPush(request, async (ctx) => acceptLineage(ctx, await readEvents(request)))
}
