import type { Context } from '#lib/db/context.ts'
import { getAddressedPage, getSetting, type Page } from '#lib/db/settings.ts'

/** What the catalogue in force says about the page itself; null as long as no catalogue was ever accepted. */
export async function getPageSettings(ctx: Context): Promise<Page | null> {
  if ((await getSetting(ctx.pool, 'page')) === undefined) return null
  return getAddressedPage(ctx)
}

/** The zone in which the page counts its days; UTC before the first catalogue. */
export async function getPageZone(ctx: Context): Promise<string> {
  return (await getPageSettings(ctx))?.zone ?? 'UTC'
}
