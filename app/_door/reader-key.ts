import { type OverviewKey, overviewKey } from '#app/_lib/overview-key.ts'
import { visitor } from '#lib/domain/access/actor.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import type { PageAccess } from '#lib/queries/shared/page-access.ts'

/** Whose overview whoever sent these headers is shown. Throws as long as it was never known who may see the page. */
export function readerKey(access: () => Promise<PageAccess | null>): (headers: Headers) => Promise<OverviewKey | null> {
  return async () => {
    const known = await access()
    if (known === null) throw new TidemarkError('unavailable', { publicMessage: 'It is not known yet who may see this page.' })
    return known.isPrivate ? overviewKey(visitor()) : 'public'
  }
}
