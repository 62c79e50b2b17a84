import { listResponse } from '#app/_api/list-response.ts'
import { requestContext } from '#app/_lib/request-context.ts'
import { CATALOGUE_LIST } from '#lib/queries/api/list-catalogue.ts'

/** What answers a question, and why: the search of the page. */
export function GET(request: Request): Promise<Response> {
  return listResponse(request, CATALOGUE_LIST, () => requestContext())
}
