import { atomResponse } from '#app/_lib/atom-response.ts'
import { decodeSegment } from '#app/_ui/paths.ts'

/** Every status change of one feed. */
export async function GET(request: Request, { params }: { params: Promise<{ feed: string }> }): Promise<Response> {
  const { feed } = await params
  return atomResponse(request, decodeSegment(feed) ?? feed)
}
