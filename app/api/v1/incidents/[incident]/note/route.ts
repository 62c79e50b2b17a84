import { readBody } from '#app/_api/read-question.ts'
import { acceptSaying } from '#app/_lib/say-of-incident.ts'
import { noteBody } from '#lib/queries/api/incident-bodies.ts'

/** Adds a note for engineers: `{ text: "…" }`. */
export function POST(request: Request, { params }: { params: Promise<{ incident: string }> }): Promise<Response> {
  return acceptSaying(request, params, 'noted', (fields) => ({ kind: 'noted', ...readBody(fields, noteBody) }))
}
