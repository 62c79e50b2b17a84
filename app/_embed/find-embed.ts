import { FROM_HEADER } from '#app/_door/door.ts'
import type { WebProcess } from '#app/_lib/web-process.ts'
import { type EmbedKey, embedKey } from '#lib/access/token-use.ts'
import { tokenHashOf } from '#lib/access/tokens.ts'
import { visitor } from '#lib/domain/access/actor.ts'
import { type Embed, getEmbed } from '#lib/queries/embeds/embed.ts'
import type { EmbedKind } from '#lib/queries/embeds/embed-subject.ts'
import { getPageAccess } from '#lib/queries/shared/page-access.ts'
import { getPageSettings } from '#lib/queries/shared/page-settings.ts'
import { seenBy } from '#lib/queries/shared/web-context.ts'
import { type EmbedMemory, type EmbedPage, embedMemory } from './embed-memory.ts'

/** What the web process remembers, from the first question on. */
export function embedsOf(web: WebProcess): EmbedMemory {
  web.embeds ??= embedMemory(web.context.clock)
  return web.embeds
}

/** The origins that may frame an embed, as the catalogue in force says. */
export async function originsOf(web: WebProcess): Promise<readonly string[]> {
  return (await pageOf(web)).origins
}

async function pageOf(web: WebProcess): Promise<EmbedPage> {
  const memory = embedsOf(web)
  return memory.page.get('page', async () => {
    const [access, settings] = await Promise.all([getPageAccess(web.context), getPageSettings(web.context)])
    memory.origins = settings?.embedIn ?? []
    return { access, origins: memory.origins }
  })
}

/** What is asked for, as the key lets it be seen, or without one as everybody may; null where that is nothing. */
export async function findEmbed(
  web: WebProcess,
  asked: { kind: EmbedKind; key: string },
  key: string | null,
  headers: Headers,
): Promise<Embed | null> {
  const { access } = await pageOf(web)
  const everybody = access.isPrivate || access.isUnsaid ? null : visitor(access.publicAudience)
  if (key === null) return everybody === null ? null : shownTo(web, asked, { actor: everybody, everybody })
  const from = headers.get(FROM_HEADER)
  const known = await embedsOf(web).keys.get(tokenHashOf(key) ?? '', () => embedKey({ ...web.context, from }, key))
  if (known === null || known.expiresAt <= web.context.clock.now() || known.shows.kind !== asked.kind) return null
  const embed = await shownTo(web, asked, { actor: known.actor, everybody })
  return embed?.key === known.shows.key ? embed : null
}

type Actor = EmbedKey['actor']

function shownTo(
  web: WebProcess,
  asked: { kind: EmbedKind; key: string },
  { actor, everybody }: { actor: Actor; everybody: Actor | null },
): Promise<Embed | null> {
  const name = JSON.stringify([actor.audience, everybody === null ? 'nobody' : [everybody.audience], asked.kind, asked.key])
  return embedsOf(web).shown.get(name, () => getEmbed(seenBy(web.context, actor), asked, everybody && seenBy(web.context, everybody)))
}
