import type { Context } from '#lib/db/context.ts'
import type { Status } from '#lib/domain/freshness/status.ts'
import type { Standing } from '#lib/domain/lineage/causes/cause.ts'
import type { Edge } from '#lib/domain/lineage/edge.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { instant } from './instant-column.ts'

/** SQL: edges of `e` with how both ends stand. */
const STANDING = `
  e.upstream_id as "upstreamId", e.downstream_id as "downstreamId", u.status as "upstreamStatus", ${instant('u.from_at')} as "upstreamSince",
  d.status as "downstreamStatus", ${instant('d.from_at')} as "downstreamSince"`
const ENDS = `
  left join status_span u on u.subject_id = e.upstream_id and u.to_at is null left join status_span d on d.subject_id = e.downstream_id and d.to_at is null`

const TOUCHING = `select ${STANDING} from lineage_now e ${ENDS} where e.upstream_id = any($1::int[]) or e.downstream_id = any($1::int[])`

interface Row extends Edge {
  upstreamStatus: Status | null
  upstreamSince: Instant | null
  downstreamStatus: Status | null
  downstreamSince: Instant | null
}

/** Edges, and how everything they touch stands. */
export interface StandingEdges {
  edges: Edge[]
  standings: Map<number, Standing>
}

function toStanding(rows: readonly Row[]): StandingEdges {
  const standings = rows.flatMap(
    ({ upstreamId, upstreamStatus, upstreamSince, downstreamId, downstreamStatus, downstreamSince }): Standing[] => [
      { id: upstreamId, status: upstreamStatus, since: upstreamSince },
      { id: downstreamId, status: downstreamStatus, since: downstreamSince },
    ],
  )
  return {
    edges: rows.map(({ upstreamId, downstreamId }) => ({ upstreamId, downstreamId })),
    standings: new Map(standings.map((standing) => [standing.id, standing])),
  }
}

/** Every edge that touches one of these assets. */
export async function getStandingEdges(ctx: Context, assetIds: readonly number[]): Promise<StandingEdges> {
  if (assetIds.length === 0) return toStanding([])
  return toStanding((await ctx.pool.query<Row>(TOUCHING, [assetIds])).rows)
}
