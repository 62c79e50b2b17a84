import { listResponse } from '#app/_api/list-response.ts'
import { requestContext } from '#app/_lib/request-context.ts'
import { ASSET_LIST } from '#lib/queries/api/list-assets.ts'

/** Assets with their clocks, verdict, evidence, policies and lineage. */
export function GET(request: Request): Promise<Response> {
  return listResponse(request, ASSET_LIST, () => requestContext())
}
