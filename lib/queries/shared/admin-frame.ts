import type { CataloguePage } from '#lib/catalogue/catalogue.ts'
import type { Context } from '#lib/db/context.ts'
import { getPage } from '#lib/db/settings.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { type Banner, getBanners } from './banners.ts'

/** What stands around an admin's page; there before the first catalogue, too. */
export interface AdminFrame {
  page: CataloguePage
  banners: Banner[]
  now: Instant
}

/** The frame of an admin's page. */
export async function getAdminFrame(ctx: Context): Promise<AdminFrame> {
  const page = await getPage(ctx.pool)
  return { page, banners: await getBanners(ctx, page.demo), now: ctx.clock.now() }
}
