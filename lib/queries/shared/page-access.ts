import type { Context } from '#lib/db/context.ts'
import { hasAdmin } from '#lib/db/people/people.ts'
import { getPeopleSettings } from '#lib/db/people/people-settings.ts'
import { getAddressedPage, getSetting } from '#lib/db/settings.ts'
import { audienceInForce, isOpenTo } from '#lib/domain/access/access-rules.ts'

export interface PageAccess {
  /** Whether the catalogue in force says `access: private`; before the first one, whether the door keeps strangers out until it is there. */
  isPrivate: boolean
  /** True before the first catalogue. */
  isUnsaid: boolean
  url: string
  /** What somebody nobody knows sees of a public page; null: everything. */
  publicAudience: string | null
  /** Whether anybody can be let in; before that a private page has written to nobody. */
  isOpen: boolean
}

/** What the catalogue in force says about who may see the page. Before the first one `isPrivate` is false: the door alone knows whether others reach the page. */
export async function getPageAccess(ctx: Context): Promise<PageAccess> {
  const [access, page, rules, isThere] = await Promise.all([
    getSetting(ctx.pool, 'access'),
    getAddressedPage(ctx),
    getPeopleSettings(ctx.pool),
    hasAdmin(ctx.pool),
  ])
  const said = { isPrivate: access === 'private', isUnsaid: access === undefined, isOpen: isOpenTo(isThere, rules) }
  return { ...said, url: page.url, publicAudience: audienceInForce(null, rules) }
}
