import type { Context } from '#lib/db/context.ts'
import { getAddressedPage, getSetting, type Page } from '#lib/db/settings.ts'

/** What the catalogue in force says about the page itself; null as long as no catalogue was ever accepted. */
export async function getPageSettings(ctx: Context): Promise<Page | null> {
  if ((await getSetting(ctx.pool, 'page')) === undefined) return null
  return getAddressedPage(ctx)
}
