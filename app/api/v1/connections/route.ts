import { requestContext } from '#app/_lib/request-context.ts'
import { problem, readQuery, respond } from '#app/_lib/respond.ts'
import { getConnectionsPage } from '#lib/queries/pages/connections-page.ts'

/** Every connection: does it let us in, and how old are its secrets? Names and places of secrets, never their values. */
export function GET(request: Request): Promise<Response> {
  return respond(async () => {
    readQuery(request, [])
    const found = await getConnectionsPage(await requestContext())
    if (found === null) return problem(503, 'No catalogue has been accepted yet, so there are no connections.')
    return Response.json({ now: found.now, connections: found.connections }, { headers: { 'cache-control': 'private, no-cache' } })
  })
}
