import { answerEmbed } from '#app/_embed/answer-embed.ts'
import { decodeSegment } from '#app/_ui/paths.ts'

/** The badge of one feed, or its frame. */
export async function GET(request: Request, { params }: { params: Promise<{ feed: string; form: string }> }): Promise<Response> {
  const { feed, form } = await params
  return answerEmbed(request, { kind: 'feed', key: decodeSegment(feed) ?? feed }, form)
}

export const dynamic = 'force-dynamic'
