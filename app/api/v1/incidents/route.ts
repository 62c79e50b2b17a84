import { listResponse } from '#app/_api/list-response.ts'
import { requestContext } from '#app/_lib/request-context.ts'
import { INCIDENT_LIST } from '#lib/queries/api/list-incidents.ts'

/** Incidents, the newest first. */
export function GET(request: Request): Promise<Response> {
  return listResponse(request, INCIDENT_LIST, () => requestContext())
}
