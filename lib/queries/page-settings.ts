import type { Context } from '#lib/db/context.ts'
import { getPage, getSetting } from '#lib/db/settings.ts'
import type { CataloguePage } from '#lib/domain/catalogue.ts'

/** What the catalogue in force says about the page itself; null as long as no catalogue was ever accepted. */
export async function getPageSettings(ctx: Context): Promise<CataloguePage | null> {
  if ((await getSetting(ctx.pool, 'page')) === undefined) return null
  return getPage(ctx.pool)
}
