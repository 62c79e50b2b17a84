import { requestContext } from '#app/_lib/request-context.ts'
import { problem, readQuery, respond } from '#app/_lib/respond.ts'
import { incidentId } from '#app/_lib/say-of-incident.ts'
import { toIncidentInFull } from '#lib/queries/api/list-incidents.ts'
import { getIncident } from '#lib/queries/incidents/incident.ts'

/** An incident: what the facts and people say of it, its members, and what changed right before. */
export function GET(request: Request, { params }: { params: Promise<{ incident: string }> }): Promise<Response> {
  return respond(async () => {
    readQuery(request, [])
    const incident = await getIncident(await requestContext(), incidentId((await params).incident))
    return incident === null
      ? problem(404, 'There is no such incident.')
      : Response.json(toIncidentInFull(incident), { headers: { 'cache-control': 'private, no-cache' } })
  })
}
