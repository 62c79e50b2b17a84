import { isBroken, severity } from '#lib/domain/freshness/status.ts'
import type { FeedPage } from '#lib/queries/pages/feed-page.ts'
import type { AssetRow } from '#lib/queries/shared/asset-rows.ts'

/** The explanation of the promised asset that gives the feed its status. */
export function verdictOf(found: Pick<FeedPage, 'feed' | 'assets'>): string | null {
  const { status, reason } = found.feed
  if (status === 'fresh') return null
  return found.assets.find((asset) => asset.promised && asset.status === status && asset.reason === reason)?.explanation ?? null
}

/** What turned first among the feed's assets and what they are made from; null when nothing is wrong or it is the promised one itself. */
export function firstToTurn(found: Pick<FeedPage, 'feed' | 'assets' | 'neighbours' | 'edges'>): AssetRow | null {
  if (!isBroken(found.feed.status) && found.feed.status !== 'unknown') return null
  const upstreamIds = new Set(found.edges.map((edge) => edge.upstreamId))
  const candidates = [...found.assets, ...found.neighbours.filter((asset) => upstreamIds.has(asset.id))]
    .filter((asset) => isBroken(asset.status) || asset.status === 'unknown')
    .sort((a, b) => (a.since ?? 0) - (b.since ?? 0) || rank(a) - rank(b))
  const first = candidates[0]
  return first === undefined || (first.promised && first.feedKey === found.feed.key) ? null : first
}

function rank(asset: AssetRow): number {
  return asset.status === null ? 99 : severity(asset.status)
}
