import { z } from 'zod'
import type { Context } from '#lib/db/context.ts'
import type { ContractView } from '#lib/queries/catalogue/asset-contracts.ts'
import type { ComingVersion } from '#lib/queries/catalogue/coming-versions.ts'
import { toTime } from './list.ts'
import { type ApiContract, timeSchema } from './shapes.ts'

/** What contracts will promise otherwise. */
export const comingSchema = z
  .object({
    asset: z.string().meta({ description: 'The asset that the contract is about.' }),
    contract: z.string(),
    version: z.string().nullable().meta({ description: 'The version that begins; null: one ends, and none takes its place.' }),
    at: timeSchema,
    changes: z.array(z.string()).meta({ description: 'What will be otherwise, half a sentence for each field.' }),
    breaking: z.boolean().meta({ description: 'Whether a change breaks what reads the fields of before.' }),
    ends: z.string().nullable().meta({ description: 'The version that ends then; null: none holds before.' }),
    owner: z.string().nullable().meta({ description: 'Who promises it.' }),
    readers: z.array(z.string()).meta({ description: 'Keys of the next feeds that are made from it.' }),
  })
  .meta({ id: 'ComingChange', description: 'A version of a contract that begins or ends.' })

/** A contract as the API tells it; null: none is about the thing. */
export function toContract(contract: ContractView | null): ApiContract | null {
  if (contract === null) return null
  const { held, broken, coming, earlier } = contract
  const announced = coming.filter((one) => one.kind === 'begins')
  return {
    ...{ name: held?.name ?? null, version: held?.version ?? null, owner: held?.owner ?? null, consumers: [...(held?.consumers ?? [])] },
    ...{ brokenSince: toTime(broken?.from ?? null), broken: broken?.words ?? null },
    until: toTime(held?.ends?.at ?? null),
    announced: announced.map(({ version, at, changes }) => ({ version, from: new Date(at).toISOString(), changes })),
    earlier: earlier.map(({ version, from, until }) => ({ version, from: toTime(from), until: new Date(until).toISOString() })),
  }
}

/** A coming change as the API tells it. */
export function toComing({ coming, asset, contract, owner, readers }: ComingVersion): z.infer<typeof comingSchema> {
  const { kind, version, at } = coming
  const told = { asset: asset.key, contract, at: new Date(at).toISOString(), owner, readers: readers.map(({ key }) => key) }
  if (kind === 'ends') return { ...told, version: null, changes: [], breaking: true, ends: version }
  return { ...told, version, changes: coming.changes, breaking: coming.isBreaking, ends: coming.ends }
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
