import { listResponse } from '#app/_api/list-response.ts'
import { requestContext } from '#app/_lib/request-context.ts'
import { FILE_LIST } from '#lib/queries/api/list-files.ts'

/** Files in the inboxes of flows, the latest that arrived first. */
export function GET(request: Request): Promise<Response> {
  return listResponse(request, FILE_LIST, () => requestContext())
}
