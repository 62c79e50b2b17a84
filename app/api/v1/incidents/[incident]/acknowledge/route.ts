import { acceptSaying } from '#app/_lib/say-of-incident.ts'

/** Says that somebody has seen the incident and looks into it; the first counts. */
export function POST(request: Request, { params }: { params: Promise<{ incident: string }> }): Promise<Response> {
  return acceptSaying(request, params, 'acknowledged', () => ({ kind: 'acknowledged' }))
}
