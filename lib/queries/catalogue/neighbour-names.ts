import type { Context } from '#lib/db/context.ts'
import { getUnseenNeighbours } from '#lib/queries/shared/asset-rows.ts'

export interface Named {
  key: string
  name: string
}

/** What an asset is made from, and what is made from it, by name; of what the reader does not see only that it is there. */
export interface Neighbours {
  upstream: Named[]
  downstream: Named[]
  unseenUpstream: boolean
  unseenDownstream: boolean
}

interface Row extends Named {
  id: number
  isUpstream: boolean
}

const NEIGHBOURS = `
  select e.downstream_id as id, true as "isUpstream", s.key, s.name
  from lineage_now e join subject s on s.id = e.upstream_id and s.removed_at is null where e.downstream_id = any($1::int[])
  union all
  select e.upstream_id, false, s.key, s.name
  from lineage_now e join subject s on s.id = e.downstream_id and s.removed_at is null where e.upstream_id = any($1::int[])
  order by 4, 3`

/** What lies right before and after these assets, as whoever asks may see it. */
export async function getNeighbourNames(ctx: Context, ids: readonly number[]): Promise<Map<number, Neighbours>> {
  if (ids.length === 0) return new Map()
  const [{ rows }, unseen] = await Promise.all([ctx.pool.query<Row>(NEIGHBOURS, [ids]), getUnseenNeighbours(ctx, ids)])
  const all = new Map(ids.map((id) => [id, { upstream: [], downstream: [], unseenUpstream: false, unseenDownstream: false } as Neighbours]))
  for (const { id, isUpstream, key, name } of rows) all.get(id)?.[isUpstream ? 'upstream' : 'downstream'].push({ key, name })
  for (const { assetId, isUpstream } of unseen) {
    const own = all.get(assetId)
    if (own !== undefined) own[isUpstream ? 'unseenUpstream' : 'unseenDownstream'] = true
  }
  return all
}
