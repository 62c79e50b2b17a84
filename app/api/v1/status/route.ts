import { requestContext } from '#app/_lib/request-context.ts'
import { keptFor, problem, readQuery, respond } from '#app/_lib/respond.ts'
import { isKnown } from '#lib/platform/http/request-headers.ts'
import { getStatusJson } from '#lib/queries/pages/status-json.ts'

/** The page as JSON, for other pages and for scripts. */
export function GET(request: Request): Promise<Response> {
  return respond(async () => {
    readQuery(request, [])
    const context = await requestContext()
    const status = await getStatusJson(context)
    if (status === null) return problem(503, 'No catalogue has been accepted yet, so there is no status.')
    const headers = { etag: status.etag, ...keptFor(context, 30), 'content-type': 'application/json; charset=utf-8' }
    return isKnown(request.headers.get('if-none-match'), status.etag)
      ? new Response(null, { status: 304, headers })
      : new Response(status.json, { headers })
  })
}
