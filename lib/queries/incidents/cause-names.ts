import type { Context } from '#lib/db/context.ts'
import { assetOf, type CauseKey, type CauseKind, partsOfCause } from '#lib/domain/lineage/causes/cause.ts'
import { UNSEEN } from '#lib/domain/wording/words.ts'
import { withJobNames } from '#lib/queries/shared/causes.ts'

/** What a cause is, as far as the reader sees it. */
export interface CauseName {
  cause: CauseKey
  kind: CauseKind
  /** The asset's key, the connection's, the flow's name, the job as `<connection>/<job>`; empty where it is not seen. */
  key: string
  name: string
}

/** What these causes are called, by their keys. */
export async function getCauseNames(ctx: Context, causes: readonly CauseKey[]): Promise<Map<CauseKey, CauseName>> {
  const wanted = [...new Set(causes)]
  const ids = wanted.flatMap((cause) => assetOf(cause) ?? [])
  const { rows } = await ctx.pool.query<{ id: number; key: string; name: string }>(
    'select s.id, s.key, s.name from subject s where s.id = any($1::int[])',
    [ids],
  )
  const assets = new Map(rows.map((row) => [row.id, row]))
  const named = wanted.map((cause): CauseName => {
    const { kind, name } = partsOfCause(cause)
    if (kind !== 'asset' && kind !== 'unseen') return { cause, kind, key: name, name }
    const asset = assets.get(assetOf(cause) ?? -1)
    return asset === undefined ? { cause, kind: 'unseen', key: '', name: UNSEEN } : { cause, kind, key: asset.key, name: asset.name }
  })
  return new Map((await withJobNames(ctx, named)).map((one) => [one.cause, one]))
}
