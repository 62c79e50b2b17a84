import { apiDocument } from '#app/_api/document.ts'
import { taggedJson } from '#app/_api/tagged-json.ts'
import { requestContext } from '#app/_lib/request-context.ts'
import { readQuery, respond } from '#app/_lib/respond.ts'
import { getPageAccess } from '#lib/queries/shared/page-access.ts'

/** The API as an OpenAPI 3.1 document. */
export function GET(request: Request): Promise<Response> {
  return respond(async () => {
    readQuery(request, [])
    const { url } = await getPageAccess(await requestContext())
    return taggedJson(request, apiDocument({ url }))
  })
}
