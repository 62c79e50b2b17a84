import type { Instant } from '#lib/domain/time/instant.ts'
import { instant } from '#lib/queries/shared/instant-column.ts'
import { type ApiList, toTime } from './list.ts'
import { type LineageQuestion, lineageQuestion } from './questions.ts'
import type { ApiEdge } from './shapes.ts'

interface Row {
  place: string
  upstream: string | null
  downstream: string | null
  origins: string[]
  since: Instant | null
}

const SEEN = `
  select e.upstream_id, e.downstream_id, u.key as upstream, d.key as downstream
  from lineage_now e
  join subject u on u.id = e.upstream_id and u.removed_at is null
  join subject d on d.id = e.downstream_id and d.removed_at is null`

/** One of each side, whatever lies there: 0 stands for it, as neither its number nor how many there are is told. */
const UNSEEN = `
  select distinct case when n.is_upstream then 0 else s.id end, case when n.is_upstream then s.id else 0 end,
    case when n.is_upstream then null else s.key end, case when n.is_upstream then s.key end
  from unseen_neighbour n join subject s on s.id = n.asset_id and s.removed_at is null`

/** Who says so, what is written down first; and since when it has been so without a break. */
const edgesIn = (edges: string) => `
  with listed as materialized (
    select * from (${edges}) e
    where (upstream_id, downstream_id) > ($1, $2) and ($4::text is null or $4 in (upstream, downstream))
    order by upstream_id, downstream_id limit $3
  )
  select l.upstream_id || ':' || l.downstream_id as place, l.upstream, l.downstream, ${instant('t.from_at')} as since,
    array(
      select o.origin from lineage_edge o where o.upstream_id = l.upstream_id and o.downstream_id = l.downstream_id and o.to_at is null
      group by o.origin order by coalesce(array_position('{declared,flow}', o.origin), 3), o.origin) as origins
  from listed l left join lateral (
    select s.from_at from lineage_stretch s where s.upstream_id = l.upstream_id and s.downstream_id = l.downstream_id and s.to_at is null) t on true
  order by l.upstream_id, l.downstream_id`

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
    const { rows } = await ctx.pool.query<Row>(edges, [upstreamId, downstreamId, limit, asset])
    return rows.map(({ place, upstream, downstream, origins, since }) => ({
      place,
      item: { upstream, downstream, origin: origins[0] ?? null, origins, since: toTime(since) },
    }))
  },
}
