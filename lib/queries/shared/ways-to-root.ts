import type { Context } from '#lib/db/context.ts'
import { isUnhealthy, type Status } from '#lib/domain/freshness/status.ts'
import type { Edge } from '#lib/domain/lineage/edge.ts'
import { pathsToRoot, type Standing } from '#lib/domain/lineage/path-to-root.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { instant } from './instant-column.ts'

/** SQL: edges of `e` with how both ends stand. */
const STANDING = `
  e.upstream_id as "upstreamId", e.downstream_id as "downstreamId", u.status as "upstreamStatus", ${instant('u.from_at')} as "upstreamSince",
  d.status as "downstreamStatus", ${instant('d.from_at')} as "downstreamSince"`
const ENDS = `
  left join status_span u on u.subject_id = e.upstream_id and u.to_at is null left join status_span d on d.subject_id = e.downstream_id and d.to_at is null`

const TOUCHING = `select ${STANDING} from lineage_now e ${ENDS} where e.upstream_id = any($1::int[]) or e.downstream_id = any($1::int[])`

/** All that may explain the focus: what is unhealthy above it, and what nothing is promised about. */
const EXPLAINING = `
  with recursive above(id) as (
    select $1::int union
    select e.upstream_id from above join lineage_now e on e.downstream_id = above.id
    left join status_span sp on sp.subject_id = e.upstream_id and sp.to_at is null
    where sp.status is null or sp.status in ('stale', 'late', 'unknown')
  )
  select ${STANDING} from above below join lineage_now e on e.downstream_id = below.id join above x on x.id = e.upstream_id ${ENDS}`

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

/** The ways from what broke first down to an asset, over the lineage in force as far as it is seen; none where nothing is wrong with it. */
export async function waysToRoot(ctx: Context, focus: Standing): Promise<number[][]> {
  if (!isUnhealthy(focus.status)) return []
  const { edges, standings } = toStanding((await ctx.pool.query<Row>(EXPLAINING, [focus.id])).rows)
  return pathsToRoot(focus.id, standings.set(focus.id, focus), edges)
}
