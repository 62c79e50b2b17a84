import { atomResponse } from '#app/_lib/atom-response.ts'

/** Every status change of every feed. */
export function GET(request: Request): Promise<Response> {
  return atomResponse(request)
}

export const dynamic = 'force-dynamic'
