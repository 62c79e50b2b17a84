import { isUnhealthy, type Reason, type Status, severity } from '#lib/domain/freshness/status.ts'
import type { Instant } from '#lib/domain/time/instant.ts'

/** An asset as a cause sees it. */
export interface Suspect {
  id: number
  feedKey: string
  promised: boolean
  status: Status | null
  since: Instant | null
  /** `blocked`: it only turned with what it is made from. */
  reason?: Reason | null
}

/**
 * What turned first among the assets of a feed and what they are made from directly, of equals the worse, and what follows others last: it turned with them. Null when nothing is wrong with
 * the feed, or when it is an asset the feed is judged by itself.
 */
export function firstToTurn<Asset extends Suspect>(
  feed: { key: string; status: Status | null },
  own: readonly Asset[],
  upstream: readonly Asset[],
): Asset | null {
  if (!isUnhealthy(feed.status)) return null
  const first = [...own, ...upstream]
    .filter((asset) => isUnhealthy(asset.status))
    .sort((a, b) => (a.since ?? 0) - (b.since ?? 0) || follows(a) - follows(b) || severity(a.status) - severity(b.status))[0]
  return first === undefined || (first.promised && first.feedKey === feed.key) ? null : first
}

function follows({ reason }: Suspect): number {
  return reason === 'blocked' ? 1 : 0
}
