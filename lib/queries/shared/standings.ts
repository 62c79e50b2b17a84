import type { Context } from '#lib/db/context.ts'
import type { Status } from '#lib/domain/freshness/status.ts'
import type { Edge } from '#lib/domain/lineage/edge.ts'

const TOUCHING = `
  select e.upstream_id as "upstreamId", e.downstream_id as "downstreamId", u.status as "upstreamStatus", d.status as "downstreamStatus" from lineage_now e
  left join status_span u on u.subject_id = e.upstream_id and u.to_at is null left join status_span d on d.subject_id = e.downstream_id and d.to_at is null
  where e.upstream_id = any($1::int[]) or e.downstream_id = any($1::int[])`

interface Row extends Edge {
  upstreamStatus: Status | null
  downstreamStatus: Status | null
}

/** Edges, and how everything they touch stands. */
export interface StandingEdges {
  edges: Edge[]
  statuses: Map<number, Status | null>
}

/** Every edge that touches one of these assets. */
export async function getStandingEdges(ctx: Context, assetIds: readonly number[]): Promise<StandingEdges> {
  if (assetIds.length === 0) return { edges: [], statuses: new Map() }
  const { rows } = await ctx.pool.query<Row>(TOUCHING, [assetIds])
  return {
    edges: rows.map(({ upstreamId, downstreamId }) => ({ upstreamId, downstreamId })),
    statuses: new Map(
      rows.flatMap(({ upstreamId, upstreamStatus, downstreamId, downstreamStatus }) => [
        [upstreamId, upstreamStatus],
        [downstreamId, downstreamStatus],
      ]),
    ),
  }
}
