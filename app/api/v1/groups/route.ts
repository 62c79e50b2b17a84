import { listResponse } from '#app/_api/list-response.ts'
import { requestContext } from '#app/_lib/request-context.ts'
import { GROUP_LIST } from '#lib/queries/api/list-groups.ts'

/** Service groups with their status and how many of their feeds have which. */
export function GET(request: Request): Promise<Response> {
  return listResponse(request, GROUP_LIST, () => requestContext())
}
