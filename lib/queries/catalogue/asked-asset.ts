import type { Context } from '#lib/db/context.ts'
import type { EntityField } from '#lib/domain/contracts/entity-fields.ts'
import { type AssetPage, getAssetPage } from '#lib/queries/pages/asset-page.ts'
import { fieldsOfAsset } from './asset-fields.ts'
import { type ComingForReader, getComingChanges } from './coming-changes.ts'
import { getContractReaders, type NamedReader } from './contract-readers.ts'
import { type FieldHurt, getFieldHurt } from './field-hurt.ts'

/** The screen of an asset, with what is asked about one of its fields. */
export interface AskedAsset extends AssetPage {
  /** Seen and promised, together. */
  fields: EntityField[]
  /** Who would be hurt if that field went; null: none is asked about. */
  hurt: FieldHurt | null
  /** What contracts about what it is made from will break of it. */
  coming: ComingForReader[]
  /** Whom its contract names as readers, and which of those are made from it. */
  readers: NamedReader[]
}

/** The screen of one asset, and who would be hurt if one of its fields went; null when there is none of that key. */
export async function getAskedAsset(ctx: Context, key: string, field: string | null): Promise<AskedAsset | null> {
  const found = await getAssetPage(ctx, key)
  if (found === null) return null
  const { contract } = found
  const fields = fieldsOfAsset(found.facts, contract)
  const { id } = found.asset
  const [hurt, coming, readers] = await Promise.all([
    field === null ? null : getFieldHurt(ctx, { id, fields, contract }, field),
    getComingChanges(ctx, [id]),
    getContractReaders(
      ctx,
      contract?.held?.consumers ?? [],
      found.downstream.map((asset) => asset.id),
    ),
  ])
  return { ...found, fields, hurt, coming, readers }
}
