import type { Context } from '#lib/db/context.ts'
import { type ComingChange, comingChanges } from '#lib/domain/contracts/coming-changes.ts'
import { getAssetFacts } from '#lib/queries/shared/asset-columns.ts'
import { getAssetContracts } from './asset-contracts.ts'
import type { Named } from './neighbour-names.ts'

/** What will break of the columns of an asset by a contract about something that it is made from. */
export interface ComingForReader extends ComingChange {
  reader: Named
  /** What the contract is about. */
  source: Named
  contract: string
  owner: string | null
}

interface Row {
  id: number
  reader: Named & { id: number }
}

const STEPS_MAX = 20

const ABOVE = `
  with recursive above(reader, id, steps) as (
    select x, x, 0 from unnest($1::int[]) x
    union
    select a.reader, e.upstream_id, a.steps + 1 from above a join lineage_now e on e.downstream_id = a.id
    join subject s on s.id = e.upstream_id and s.removed_at is null where a.steps < ${STEPS_MAX}
  ), pairs as (select distinct a.reader, a.id from above a join asset_contract c on c.asset_id = a.id where a.id <> all($1))
  select p.id, json_build_object('id', s.id, 'key', s.key, 'name', s.name) as reader
  from pairs p join subject s on s.id = p.reader order by s.position, s.key, p.id`

/** What announced versions of contracts about what these assets are made from will break of the columns they have, the soonest first; nothing of their own contracts. */
export async function getComingChanges(ctx: Context, ids: readonly number[]): Promise<ComingForReader[]> {
  const { rows } = await ctx.pool.query<Row>(ABOVE, [ids])
  if (rows.length === 0) return []
  const [contracts, facts] = await Promise.all([
    getAssetContracts(ctx, [...new Set(rows.map(({ id }) => id))]),
    getAssetFacts(ctx, [...new Set(rows.map(({ reader }) => reader.id))]),
  ])
  const now = ctx.clock.now()
  const coming = rows.flatMap(({ id, reader: { id: readerId, key, name } }) =>
    contracts
      .filter((contract) => contract.id === id)
      .flatMap(({ key: source, asset, versions, held }) => {
        const told = { reader: { key, name }, source: { key: source, name: asset }, owner: held?.owner ?? null }
        const changes = comingChanges({ versions }, facts.get(readerId)?.columns ?? [], now)
        return changes.map((change) => ({ ...told, contract: held?.name ?? asset, ...change }))
      }),
  )
  return coming.sort((a, b) => a.from - b.from)
}
