import type { CataloguePage } from '#lib/catalogue/catalogue.ts'
import type { Context } from '#lib/db/context.ts'
import { mayOrder } from '#lib/domain/access/actions.ts'
import type { FlowHealth } from '#lib/domain/runs/flow-health.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { type FlowCard, getFlowCards } from '#lib/queries/runs/flow-cards.ts'
import { type Banner, getBanners } from '#lib/queries/shared/banners.ts'
import { getPageSettings } from '#lib/queries/shared/page-settings.ts'

export interface FlowFilter {
  /** Every word must stand somewhere in its name, feeds, assets, connections or configuration. */
  q: string | null
  group: string | null
  health: FlowHealth | null
}

/** Flows under the group of the feeds they write; `key` null for those that write nothing we watch. */
export interface FlowGroup {
  key: string | null
  name: string
  flows: FlowCard[]
}

export interface FlowsPage {
  page: CataloguePage
  now: Instant
  banners: Banner[]
  groups: FlowGroup[]
  /** All groups that have flows, to choose from. */
  groupNames: { key: string; name: string }[]
  /** How many flows have each health, among those that match but for it. */
  counts: Partial<Record<FlowHealth, number>>
  total: number
  shown: number
  takesActions: boolean
}

const NO_GROUP = 'Write nothing that is watched'

function textOf(card: FlowCard): string {
  const { name, feeds, group, reads, writes, connections, source } = card
  const words = [
    name,
    ...feeds.flatMap((feed) => [feed.key, feed.name]),
    group?.name ?? '',
    ...reads,
    ...writes,
    ...connections,
    source?.yaml ?? '',
  ]
  return words.join(' ').toLowerCase()
}

function hasWords(card: FlowCard, q: string | null): boolean {
  const text = textOf(card)
  return (q ?? '')
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word))
}

function toGroups(cards: readonly FlowCard[]): FlowGroup[] {
  const byGroup = Map.groupBy(cards, (card) => card.group?.key ?? null)
  const position = (flows: readonly FlowCard[]) => flows[0]?.group?.position ?? Number.POSITIVE_INFINITY
  return [...byGroup]
    .sort(([, a], [, b]) => position(a) - position(b))
    .map(([key, flows]) => ({ key, name: flows[0]?.group?.name ?? NO_GROUP, flows }))
}

/** The screen of all flows of the catalogue in force; null as long as none was ever accepted. */
export async function getFlowsPage(ctx: Context, filter: FlowFilter): Promise<FlowsPage | null> {
  const page = await getPageSettings(ctx)
  if (page === null) return null
  const [cards, banners] = await Promise.all([getFlowCards(ctx), getBanners(ctx, page.demo)])
  const matching = cards.filter((card) => hasWords(card, filter.q) && (filter.group === null || card.group?.key === filter.group))
  const shown = matching.filter((card) => filter.health === null || card.health === filter.health)
  const counts: FlowsPage['counts'] = {}
  for (const { health } of matching) counts[health] = (counts[health] ?? 0) + 1
  return {
    page,
    now: ctx.clock.now(),
    banners,
    groups: toGroups(shown),
    groupNames: toGroups(cards).flatMap(({ key, name }) => (key === null ? [] : [{ key, name }])),
    counts,
    total: cards.length,
    shown: shown.length,
    takesActions: mayOrder(ctx.actor),
  }
}
