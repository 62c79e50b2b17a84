import type { Context } from '#lib/db/context.ts'
import type { ContractView } from '#lib/queries/catalogue/asset-contracts.ts'
import { toTime } from './list.ts'
import type { ApiContract } from './shapes.ts'

/** A contract as the API tells it; null: none is about the thing. */
export function toContract(contract: ContractView | null): ApiContract | null {
  if (contract === null) return null
  const { held, broken, announced } = contract
  return {
    ...{ name: held?.name ?? null, version: held?.version ?? null, owner: held?.owner ?? null, consumers: [...(held?.consumers ?? [])] },
    ...{ brokenSince: toTime(broken?.from ?? null), broken: broken?.words ?? null },
    announced: announced.map(({ version, from, words }) => ({ version, from: new Date(from).toISOString(), changes: words })),
  }
}

/** Breaks come and end, and a version begins or ends without anything being written. */
const CONTRACT_MARK = `
  select concat_ws(':', (select concat_ws('-', count(*), max(id), count(to_at), sum(hashtext(words)) filter (where to_at is null)) from contract_break),
    (select concat_ws('-', count(*), sum(extract(epoch from seen_at))) from asset_shape),
    (select count(*) filter (where (v ->> 'from')::float8 <= $1::float8) || '-' || count(*) filter (where (v ->> 'until')::float8 <= $1::float8)
     from asset_contract c, jsonb_array_elements(c.terms -> 'versions') v)) as mark`

/** Another text when what is told of any contract may be another for this reader. */
export async function markOfContracts(ctx: Context): Promise<string> {
  const { rows } = await ctx.pool.query<{ mark: string }>(CONTRACT_MARK, [ctx.clock.now()])
  return rows[0]?.mark ?? ''
}
