import { listResponse } from '#app/_api/list-response.ts'
import { requestContext } from '#app/_lib/request-context.ts'
import { RUN_LIST } from '#lib/queries/api/list-runs.ts'

/** Runs of all flows, newest first. */
export function GET(request: Request): Promise<Response> {
  return listResponse(request, RUN_LIST, () => requestContext())
}
