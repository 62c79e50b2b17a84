import { readBody } from '#app/_api/read-question.ts'
import { acceptSaying } from '#app/_lib/say-of-incident.ts'
import { assignBody } from '#lib/queries/api/incident-bodies.ts'

/** Says whose the incident is: `{ to: "Ada" }`; empty: nobody's. */
export function POST(request: Request, { params }: { params: Promise<{ incident: string }> }): Promise<Response> {
  return acceptSaying(request, params, 'assigned', (fields) => ({ kind: 'assigned', ...readBody(fields, assignBody) }))
}
