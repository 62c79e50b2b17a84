import type { CatalogueProblem } from '#lib/catalogue/catalogue.ts'
import { storeCatalogueState } from '#lib/db/catalogue/catalogue-versions.ts'
import type { Context } from '#lib/db/context.ts'
import { putNote } from '#lib/db/settings.ts'
import type { Instant } from '#lib/domain/time/instant.ts'

/** Notes that the catalogue file has problems: the last good one stays in force, and the page says so. */
export async function noteCatalogueProblems(ctx: Context, problems: readonly CatalogueProblem[], hash: string | null): Promise<void> {
  await storeCatalogueState(ctx.pool, ctx.clock.now(), hash, problems)
}

/** Notes since when a changed catalogue is being checked; null when that is done. */
export async function noteCatalogueCheck(ctx: Context, since: Instant | null): Promise<void> {
  await putNote(ctx, 'catalogue-check', { since })
}
