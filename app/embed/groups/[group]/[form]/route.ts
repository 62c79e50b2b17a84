import { answerEmbed } from '#app/_embed/answer-embed.ts'
import { decodeSegment } from '#app/_ui/paths.ts'

/** The badge of one group, or its frame. */
export async function GET(request: Request, { params }: { params: Promise<{ group: string; form: string }> }): Promise<Response> {
  const { group, form } = await params
  return answerEmbed(request, { kind: 'group', key: decodeSegment(group) ?? group }, form)
}

export const dynamic = 'force-dynamic'
