import type { Instant } from '#lib/domain/time/instant.ts'

/** From an asset to one made from it. */
export interface Edge {
  upstreamId: number
  downstreamId: number
}

/** A stretch in which one asset was made from another: from ≤ t < to; `to` null = still so. */
export interface DatedEdge extends Edge {
  from: Instant
  to: Instant | null
}
