import type { Context } from '#lib/db/context.ts'
import { entityFields } from '#lib/domain/contracts/entity-fields.ts'
import { readSearchWords } from '#lib/domain/search/question.ts'
import { markOfContracts } from '#lib/queries/api/contract-answers.ts'
import { markOfKeys } from '#lib/queries/api/key-answers.ts'
import { getAskedAsset } from '#lib/queries/catalogue/asked-asset.ts'
import { getAssetContracts } from '#lib/queries/catalogue/asset-contracts.ts'
import { getAssetKeys, getKeysOfAssets } from '#lib/queries/catalogue/asset-keys.ts'
import { getBrokenAbove } from '#lib/queries/catalogue/broken-above.ts'
import { getCatalogueView, UNFILTERED } from '#lib/queries/catalogue/catalogue-view.ts'
import { getComingChanges } from '#lib/queries/catalogue/coming-changes.ts'
import { getComingVersions } from '#lib/queries/catalogue/coming-versions.ts'
import { getContractReaders } from '#lib/queries/catalogue/contract-readers.ts'
import { getFieldHurt } from '#lib/queries/catalogue/field-hurt.ts'
import { getFoundThing } from '#lib/queries/catalogue/found-thing.ts'
import { getHits } from '#lib/queries/catalogue/hits.ts'
import { getNeighbourNames } from '#lib/queries/catalogue/neighbour-names.ts'
import { getOverdueKeys } from '#lib/queries/catalogue/overdue-keys.ts'
import type { FoundHit } from '#lib/queries/catalogue/ranked-sql.ts'
import { findInCatalogue, getNearestNames, searchCatalogue } from '#lib/queries/catalogue/search-catalogue.ts'
import { getAssetPage } from '#lib/queries/pages/asset-page.ts'
import { getAssetFacts } from '#lib/queries/shared/asset-columns.ts'

/** What a query is asked about: the things of one of the two groups. */
export interface Asked {
  name: string
  group: number
  feed: number
  assets: number[]
  run: string
}

const askedFor = (text: string) => ({ ...UNFILTERED, search: readSearchWords(text) })

const hitOf = (id: number): FoundHit => ({
  ...{ kind: 'table', id, key: String(id), connection: null, path: null, state: 'adopted', tie: String(id) },
  ...{ rank: 0, nth_state: 1, nth_kind: 1, sorted: '' },
})

const unseenAsset = (id: number) => ({ id, status: null, reason: null, probedAt: null, blindAfterMs: null })
const promiseOf = (column: string) => ({ column, of: 'seen' as const, eachMs: 1, staleMs: 2, withinMs: 864e5, zone: 'UTC' })

/** Of them those that tell nobody's names. */
export const NAMELESS_MARKS = ['markOfContracts', 'markOfKeys']

/** The queries of the search, by their names. */
export const CATALOGUE_QUERIES: Record<string, (ctx: Context, about: Asked) => Promise<unknown>> = {
  findInCatalogue: async (ctx, { name }) => [
    await findInCatalogue(ctx, askedFor(name), null, 50),
    await findInCatalogue(ctx, askedFor('hidden'), null, 50),
  ],
  getCatalogueView: async (ctx, { name }) => [
    await getCatalogueView(ctx, askedFor(name), null),
    await getCatalogueView(ctx, askedFor(''), null),
  ],
  getFoundThing: (ctx, { name }) => getFoundThing(ctx, `${name}-source`, name),
  getHits: (ctx, { assets }) => getHits(ctx, readSearchWords(''), assets.map(hitOf)),
  getNearestNames: (ctx, { name }) => getNearestNames(ctx, readSearchWords(name)),
  searchCatalogue: async (ctx, { name }) => [
    await searchCatalogue(ctx, askedFor(`${name}_column`), null, 50),
    await searchCatalogue(ctx, askedFor('_told'), null, 50),
  ],
  getComingChanges: (ctx, { assets }) => getComingChanges(ctx, assets.slice(1)),
  getBrokenAbove: (ctx, { name }) => getBrokenAbove(ctx, `${name}-feed`),
  getComingVersions: (ctx) => getComingVersions(ctx),
  getContractReaders: async (ctx, { assets, name }) =>
    (await getContractReaders(ctx, [name, `${name}-feed`, `${name} group`], assets)).map(({ name: _asked, ...known }) => known),
  getAssetContracts: (ctx, { assets }) => getAssetContracts(ctx, assets),
  getAssetKeys: (ctx, { assets, name }) => Promise.all(assets.map((id) => getAssetKeys(ctx, unseenAsset(id), promiseOf(name)))),
  getKeysOfAssets: async (ctx, { assets, name }) => [
    ...(await getKeysOfAssets(
      ctx,
      assets.map((id) => ({ ...unseenAsset(id), promise: promiseOf(name) })),
    )),
  ],
  getOverdueKeys: async (ctx) => [...(await getOverdueKeys(ctx))],
  markOfKeys: (ctx) => markOfKeys(ctx),
  getAssetPage: async (ctx, { name }) => [await getAssetPage(ctx, `lake/${name}`), await getAssetPage(ctx, `${name}-source/all`)],
  getAskedAsset: async (ctx, { name }) => [
    await getAskedAsset(ctx, `lake/${name}`, `${name}_column`),
    await getAskedAsset(ctx, `${name}-source/all`, `${name}_told`),
  ],
  getFieldHurt: (ctx, { assets: [id = 0] }) =>
    getFieldHurt(ctx, { id, contract: null, fields: entityFields([{ name: 'field', type: null, description: null }], []) }, 'field'),
  markOfContracts: (ctx) => markOfContracts(ctx),
  getNeighbourNames: async (ctx, { assets }) => [...(await getNeighbourNames(ctx, assets))],
  getAssetFacts: async (ctx, { assets }) => [...(await getAssetFacts(ctx, assets))],
}
