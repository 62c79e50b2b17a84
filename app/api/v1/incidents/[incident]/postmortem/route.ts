import { readBody } from '#app/_api/read-question.ts'
import { acceptSaying } from '#app/_lib/say-of-incident.ts'
import { postmortemBody } from '#lib/queries/api/incident-bodies.ts'

/** Says what it was, once it is known: `{ text: "…" }`. */
export function POST(request: Request, { params }: { params: Promise<{ incident: string }> }): Promise<Response> {
  return acceptSaying(request, params, 'postmortem', (fields) => ({ kind: 'postmortem', ...readBody(fields, postmortemBody) }))
}
