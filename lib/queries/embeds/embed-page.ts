import type { Context } from '#lib/db/context.ts'
import { type Banner, getBanners } from '#lib/queries/shared/banners.ts'
import { type Embed, getEmbed } from './embed.ts'
import type { EmbedKind } from './embed-subject.ts'

/** How something can stand in other pages. */
export interface EmbedPage {
  /** As it will say how it stands. */
  embed: Embed
  id: number
  banners: Banner[]
  /** Whether it is shown to whoever comes, without a key. */
  isPublic: boolean
}

/** The page that makes embeds of one subject; null when whoever asks sees none of that key. `everybody` is who comes without any right; null: nobody may. */
export async function getEmbedPage(
  ctx: Context,
  asked: { kind: EmbedKind; key: string },
  everybody: Context | null,
): Promise<EmbedPage | null> {
  const embed = await getEmbed(ctx, asked, everybody)
  if (embed === null) return null
  const { kind, key, page } = embed
  const find = ({ pool }: Context) => pool.query<{ id: number }>('select id from subject where kind = $1 and key = $2', [kind, key])
  const [{ rows }, seen, banners] = await Promise.all([find(ctx), everybody && find(everybody), getBanners(ctx, page.demo)])
  return { embed, id: rows[0]?.id ?? 0, banners, isPublic: seen?.rows.length === 1 }
}
