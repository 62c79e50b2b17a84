import { listResponse } from '#app/_api/list-response.ts'
import { requestContext } from '#app/_lib/request-context.ts'
import { FEED_LIST } from '#lib/queries/api/list-feeds.ts'

/** Feeds with their promise and status. */
export function GET(request: Request): Promise<Response> {
  return listResponse(request, FEED_LIST, () => requestContext())
}
