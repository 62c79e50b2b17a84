import { listResponse } from '#app/_api/list-response.ts'
import { requestContext } from '#app/_lib/request-context.ts'
import { LINEAGE_LIST } from '#lib/queries/api/list-lineage.ts'

/** The edges of the lineage. */
export function GET(request: Request): Promise<Response> {
  return listResponse(request, LINEAGE_LIST, () => requestContext())
}
