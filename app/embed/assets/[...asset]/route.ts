import { answerEmbed } from '#app/_embed/answer-embed.ts'
import { assetKeyOf } from '#app/_ui/paths.ts'

/** The badge of one asset, or its frame: the last part says which. */
export async function GET(request: Request, { params }: { params: Promise<{ asset: string[] }> }): Promise<Response> {
  const { asset } = await params
  return answerEmbed(request, { kind: 'asset', key: assetKeyOf(asset.slice(0, -1)) ?? '' }, asset.at(-1) ?? '')
}

export const dynamic = 'force-dynamic'
