import type { Context } from '#lib/db/context.ts'
import { isUnhealthy } from '#lib/domain/freshness/status.ts'
import type { Edge } from '#lib/domain/lineage/edge.ts'
import { pathsToRoot, type Standing } from '#lib/domain/lineage/path-to-root.ts'
import { instant } from './instant-column.ts'

const STANDINGS = `
  select x.id, sp.status, ${instant('sp.from_at')} as since
  from unnest($1::int[]) x(id) left join status_span sp on sp.subject_id = x.id and sp.to_at is null`

/** All that may explain the focus: what is unhealthy above it, and what nothing is promised about. */
const EXPLAINING = `
  with recursive above(id) as (
    select $1::int union
    select e.upstream_id from above join lineage_now e on e.downstream_id = above.id
    left join status_span sp on sp.subject_id = e.upstream_id and sp.to_at is null
    where sp.status is null or sp.status in ('stale', 'late', 'unknown')
  )
  select e.upstream_id as "upstreamId", e.downstream_id as "downstreamId"
  from above d join lineage_now e on e.downstream_id = d.id join above u on u.id = e.upstream_id`

/** How everything that these edges touch stands. */
export async function standingsOf(ctx: Context, edges: readonly Edge[]): Promise<Map<number, Standing>> {
  const ids = new Set(edges.flatMap(({ upstreamId, downstreamId }) => [upstreamId, downstreamId]))
  const { rows } = await ctx.pool.query<Standing>(STANDINGS, [[...ids]])
  return new Map(rows.map((standing) => [standing.id, standing]))
}

/** The ways from what broke first down to an asset, over the lineage in force as far as it is seen; none where nothing is wrong with it. */
export async function waysToRoot(ctx: Context, focus: Standing): Promise<number[][]> {
  if (!isUnhealthy(focus.status)) return []
  const { rows: edges } = await ctx.pool.query<Edge>(EXPLAINING, [focus.id])
  const standings = await standingsOf(ctx, edges)
  return pathsToRoot(focus.id, standings.set(focus.id, focus), edges)
}
