import { storeCatalogueState } from '#lib/db/catalogue-versions.ts'
import type { Context } from '#lib/db/context.ts'
import type { CatalogueProblem } from '#lib/domain/catalogue.ts'

/** Notes that the catalogue file has problems: the last good one stays in force, and the page says so. */
export async function noteCatalogueProblems(ctx: Context, problems: readonly CatalogueProblem[], hash: string | null): Promise<void> {
  await storeCatalogueState(ctx.pool, ctx.clock.now(), hash, problems)
}
