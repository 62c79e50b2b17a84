import { readBody } from '#app/_api/read-question.ts'
import { acceptSaying } from '#app/_lib/say-of-incident.ts'
import { linkBody } from '#lib/queries/api/incident-bodies.ts'

/** Links a run or an order to the incident: `{ kind: "run", id: "…" }`. */
export function POST(request: Request, { params }: { params: Promise<{ incident: string }> }): Promise<Response> {
  return acceptSaying(request, params, 'linked', (fields) => ({ kind: 'linked', to: readBody(fields, linkBody) }))
}
