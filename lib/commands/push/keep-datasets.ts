import type { Sql } from '#lib/db/context.ts'
import { loadPushedDatasets, noteAssetsOfDatasets, storePushedDatasets, type ToldFacets } from '#lib/db/push/push-datasets.ts'
import type { IdentityIndex } from '#lib/domain/lineage/identity.ts'
import type { DataFacets, ReadEvent } from '#lib/domain/push/read-event.ts'
import { type DataName, dataKey, laterTold } from '#lib/domain/push/told-run.ts'
import { type Named, NamedAssets } from './named-assets.ts'

/** An event as far as it tells of data, with what its token may tell about; null: everything. */
type Telling = Pick<ReadEvent, 'at' | 'data'> & { audience: string | null }

/** Keeps what events tell of the data they name, columns and all, whether or not those are assets of the catalogue. Answers whether something of them is new. */
export async function keepDatasets(sql: Sql, index: IdentityIndex, read: readonly Telling[]): Promise<boolean> {
  const told = await allowed(sql, index, read)
  if (told.length === 0) return false
  const known = new Map((await loadPushedDatasets(sql, told)).map((one) => [dataKey(one), one]))
  const before = new Map([...known].map(([key, { facets }]) => [key, saidOf(facets)]))
  for (const { namespace, name, at, facets } of told) {
    const one = known.get(dataKey({ namespace, name }))
    const toldAt = Math.max(at, one?.toldAt ?? at)
    known.set(dataKey({ namespace, name }), { namespace, name, toldAt, facets: merged(one?.facets ?? {}, facets, at) })
  }
  const datasets = [...known.values()]
  await storePushedDatasets(sql, datasets)
  await nameDatasets(sql, index, datasets)
  return datasets.some((one) => before.get(dataKey(one)) !== saidOf(one.facets))
}

/** What tokens may tell: those of an audience nothing of an asset that it does not see, nor that data are also called like one. */
async function allowed(sql: Sql, index: IdentityIndex, read: readonly Telling[]) {
  const all = read.flatMap(({ at, audience, data }) => data.map((one) => ({ ...one, at, audience })))
  const narrow = all.filter(({ audience }) => audience !== null)
  if (narrow.length === 0) return all
  const namesOf = ({ namespace, name, facets }: (typeof all)[number]) => [{ namespace, name }, ...(facets.aliases ?? [])]
  const audiences = narrow.map(({ audience }) => audience)
  const names = await NamedAssets.of(sql, index, narrow.flatMap(namesOf), audiences)
  const isNone = ({ key, ambiguous }: Named) => key === null && ambiguous === null
  return all.filter((one) => {
    const mayTell = (data: string) => isNone(names.named(data)) || names.idOf(data, one.audience) !== null
    return one.audience === null || namesOf(one).map(dataKey).every(mayTell)
  })
}

/** What is said of data, whenever that was. */
function saidOf({ columns, description, lifecycle }: ToldFacets): string {
  return JSON.stringify([columns?.value, description?.value, lifecycle?.value])
}

/** Notes which assets data are by the catalogue in force. */
async function nameDatasets(sql: Sql, index: IdentityIndex, datasets: readonly DataName[]): Promise<void> {
  const names = await NamedAssets.of(sql, index, datasets, [null])
  const named = datasets.map(({ namespace, name }) => {
    const key = dataKey({ namespace, name })
    return { namespace, name, assetId: names.idOf(key, null), problem: names.named(key).ambiguous }
  })
  await noteAssetsOfDatasets(sql, named)
}

function merged(known: ToldFacets, told: DataFacets, at: number): ToldFacets {
  const { columns, description, lifecycle, aliases } = told
  const all = {
    columns: laterTold(known.columns ?? null, columns === undefined ? null : { at, value: columns }),
    description: laterTold(known.description ?? null, description === undefined ? null : { at, value: description }),
    lifecycle: laterTold(known.lifecycle ?? null, lifecycle === undefined ? null : { at, value: lifecycle }),
    aliases: laterTold(known.aliases ?? null, aliases === undefined ? null : { at, value: aliases }),
  }
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== null))
}
