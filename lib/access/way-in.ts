import type { CataloguePage } from '#lib/catalogue/catalogue.ts'
import type { Context } from '#lib/db/context.ts'
import { hasAdmin } from '#lib/db/people/people.ts'
import { getPeopleSettings } from '#lib/db/people/people-settings.ts'
import { getPage, getSetting } from '#lib/db/settings.ts'
import { isOpenTo } from '#lib/domain/access/access-rules.ts'

/** What the way in shows of the page before anybody is known. */
export interface WayIn {
  page: CataloguePage
  /** No catalogue has said yet who may read. */
  isUnsaid: boolean
  /** Whether anybody can be let in at all: an admin is there, or comes by a rule of the catalogue. */
  isOpen: boolean
  /** What the way through the provider of sign-ins is called; null: there is none. */
  oidcName: string | null
}

/** The way in, as those are shown it who see nothing else yet. */
export async function getWayIn(ctx: Context): Promise<WayIn> {
  const [page, access, isThere, { roles, oidc }] = await Promise.all([
    getPage(ctx.whole),
    getSetting(ctx.whole, 'access'),
    hasAdmin(ctx.whole),
    getPeopleSettings(ctx.whole),
  ])
  return { page, isUnsaid: access === undefined, isOpen: isOpenTo(isThere, { oidc, roles }), oidcName: oidc?.name ?? null }
}
