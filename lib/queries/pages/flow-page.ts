import type { CataloguePage } from '#lib/catalogue/catalogue.ts'
import type { Context } from '#lib/db/context.ts'
import { mayOrder } from '#lib/domain/access/actions.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { type FlowCard, getFlowCards } from '#lib/queries/runs/flow-cards.ts'
import { getRecentRuns, type RunDetail } from '#lib/queries/runs/run-rows.ts'
import { type Banner, getBanners } from '#lib/queries/shared/banners.ts'
import { getPageSettings } from '#lib/queries/shared/page-settings.ts'

export interface FlowPage {
  page: CataloguePage
  now: Instant
  banners: Banner[]
  card: FlowCard
  runs: RunDetail[]
  takesActions: boolean
}

const RUNS_SHOWN = 20

/** The screen of one flow; null when the catalogue in force has none of that name. */
export async function getFlowPage(ctx: Context, name: string): Promise<FlowPage | null> {
  const [page, cards] = await Promise.all([getPageSettings(ctx), getFlowCards(ctx, name)])
  const [card] = cards
  if (page === null || card === undefined) return null
  const [runs, banners] = await Promise.all([getRecentRuns(ctx, [name], RUNS_SHOWN), getBanners(ctx, page.demo)])
  return { page, now: ctx.clock.now(), banners, card, runs, takesActions: mayOrder(ctx.actor) }
}
