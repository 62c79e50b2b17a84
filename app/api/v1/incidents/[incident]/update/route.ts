import { readBody } from '#app/_api/read-question.ts'
import { acceptSaying } from '#app/_lib/say-of-incident.ts'
import { updateBody } from '#lib/queries/api/incident-bodies.ts'

/** Writes to everybody who sees something of the incident: `{ text: "…" }`. */
export function POST(request: Request, { params }: { params: Promise<{ incident: string }> }): Promise<Response> {
  return acceptSaying(request, params, 'updated', (fields) => ({ kind: 'updated', ...readBody(fields, updateBody) }))
}
