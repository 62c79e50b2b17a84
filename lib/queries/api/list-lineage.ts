import type { ApiList } from './list.ts'
import { type LineageQuestion, lineageQuestion } from './questions.ts'
import type { ApiEdge } from './shapes.ts'

const SEEN = `
  select e.upstream_id, e.downstream_id, u.key as upstream, d.key as downstream, e.origin
  from lineage_edge e
  join subject u on u.id = e.upstream_id and u.removed_at is null
  join subject d on d.id = e.downstream_id and d.removed_at is null`

/** One of each side, whatever lies there: 0 stands for it, as neither its number nor how many there are is told. */
const UNSEEN = `
  select distinct case when n.is_upstream then 0 else s.id end, case when n.is_upstream then s.id else 0 end,
    case when n.is_upstream then null else s.key end, case when n.is_upstream then s.key end, null
  from unseen_neighbour n join subject s on s.id = n.asset_id and s.removed_at is null`

const edgesIn = (edges: string) => `
  select upstream_id || ':' || downstream_id as place, upstream, downstream, origin from (${edges}) e
  where (upstream_id, downstream_id) > ($1, $2) and ($4::text is null or $4 in (upstream, downstream))
  order by upstream_id, downstream_id limit $3`

const ALL_EDGES = edgesIn(SEEN)
const SOME_EDGES = edgesIn(`${SEEN} union all ${UNSEEN}`)

/** Every edge of the lineage of which the reader sees an end. */
export const LINEAGE_LIST: ApiList<LineageQuestion, ApiEdge> = {
  name: 'lineage',
  question: lineageQuestion,
  place: /^\d{1,9}:\d{1,9}$/,
  async read(ctx, { asset }, after, limit) {
    const [upstreamId = 0, downstreamId = 0] = (after ?? '0:0').split(':').map(Number)
    const edges = ctx.actor.audience === null ? ALL_EDGES : SOME_EDGES
    const { rows } = await ctx.pool.query<ApiEdge & { place: string }>(edges, [upstreamId, downstreamId, limit, asset])
    return rows.map(({ place, ...item }) => ({ place, item }))
  },
}
