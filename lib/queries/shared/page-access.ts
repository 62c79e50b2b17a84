import type { Context } from '#lib/db/context.ts'
import { getAddressedPage, getSetting } from '#lib/db/settings.ts'

export interface PageAccess {
  /** True only when the catalogue in force says `access: private`. */
  isPrivate: boolean
  url: string
}

/** What the catalogue in force says about who may see the page; not private before the first one. */
export async function getPageAccess(ctx: Context): Promise<PageAccess> {
  const [access, page] = await Promise.all([getSetting(ctx.pool, 'access'), getAddressedPage(ctx)])
  return { isPrivate: access === 'private', url: page.url }
}
