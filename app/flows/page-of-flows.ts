import { type PageOf, pageOf } from '#app/_ui/pages-of.ts'
import { FLOW_HEALTHS } from '#lib/domain/runs/flow-health.ts'
import type { FlowsPage } from '#lib/queries/pages/flows-page.ts'
import type { FlowCard } from '#lib/queries/runs/flow-cards.ts'

export const FLOWS_PAGE = 30

export interface PlacedCard {
  card: FlowCard
  isFirst: boolean
}

/** The cards of one page, those of a group together; of more than one page what needs somebody comes first. */
export function pageOfFlows(groups: FlowsPage['groups'], wanted: number): PageOf<PlacedCard> {
  const all = groups.flatMap(({ flows }) => flows)
  const sorted = all.length > FLOWS_PAGE ? all.toSorted((a, b) => rank(a) - rank(b)) : all
  const { items, ...where } = pageOf(sorted, wanted, FLOWS_PAGE)
  const together = [...Map.groupBy(items, ({ group }) => group?.key)].flatMap(([, cards]) =>
    cards.map((card, index) => ({ card, isFirst: index === 0 })),
  )
  return { ...where, items: together }
}

const rank = ({ health }: FlowCard) => FLOW_HEALTHS.indexOf(health)
