import type { ApiList } from './list.ts'
import { type LineageQuestion, lineageQuestion } from './questions.ts'
import type { ApiEdge } from './shapes.ts'

const EDGES = `
  select e.upstream_id || ':' || e.downstream_id as place, u.key as upstream, d.key as downstream, e.origin
  from lineage_edge e
  join subject u on u.id = e.upstream_id and u.removed_at is null
  join subject d on d.id = e.downstream_id and d.removed_at is null
  where (e.upstream_id, e.downstream_id) > ($1, $2) and ($4::text is null or $4 in (u.key, d.key))
  order by e.upstream_id, e.downstream_id limit $3`

/** Every edge of the lineage whose two ends the reader sees. */
export const LINEAGE_LIST: ApiList<LineageQuestion, ApiEdge> = {
  name: 'lineage',
  question: lineageQuestion,
  place: /^\d{1,9}:\d{1,9}$/,
  async read(ctx, { asset }, after, limit) {
    const [upstreamId = 0, downstreamId = 0] = (after ?? '0:0').split(':').map(Number)
    const { rows } = await ctx.pool.query<ApiEdge & { place: string }>(EDGES, [upstreamId, downstreamId, limit, asset])
    return rows.map(({ place, ...item }) => ({ place, item }))
  },
}
