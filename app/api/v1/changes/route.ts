import { listResponse } from '#app/_api/list-response.ts'
import { requestContext } from '#app/_lib/request-context.ts'
import { CHANGE_LIST } from '#lib/queries/api/list-changes.ts'

/** Status changes, as they were found out. */
export function GET(request: Request): Promise<Response> {
  return listResponse(request, CHANGE_LIST, () => requestContext())
}
