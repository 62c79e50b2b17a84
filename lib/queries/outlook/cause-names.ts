import type { Context } from '#lib/db/context.ts'
import { assetOf, type CauseKey, type CauseKind, partsOfCause } from '#lib/domain/lineage/causes/cause.ts'
import { UNSEEN } from '#lib/domain/wording/words.ts'
import { withSystemNames } from '#lib/queries/shared/causes.ts'

/** What a cause is, as far as the reader sees it. */
export interface CauseName {
  cause: CauseKey
  kind: CauseKind
  /** The asset's key, the connection's, the flow's name, the job as `<connection>/<job>`; empty where it is not seen. */
  key: string
  name: string
  /** Of a connection: its database is gone. */
  isGone?: boolean
  /** Of an asset. */
  feed: FeedOfCause | null
}

interface FeedOfCause {
  id: number
  key: string
  name: string
  /** It is judged by the asset. */
  isJudgedBy: boolean
}

const ASSETS = `
  select s.id, s.key, s.name, jsonb_build_object('id', fs.id, 'key', fs.key, 'name', fs.name, 'isJudgedBy', a.promised) as feed
  from subject s join asset a on a.subject_id = s.id join subject fs on fs.id = a.feed_id where s.id = any($1::int[])`

interface AssetRow extends Pick<CauseName, 'key' | 'name' | 'feed'> {
  id: number
}

/** What these causes are called, by their keys: the one place that names causes to readers. */
export async function getCauseNames(ctx: Context, causes: readonly CauseKey[]): Promise<Map<CauseKey, CauseName>> {
  const wanted = [...new Set(causes)]
  const ids = wanted.flatMap((cause) => assetOf(cause) ?? [])
  const { rows } = ids.length === 0 ? { rows: [] } : await ctx.pool.query<AssetRow>(ASSETS, [ids])
  const assets = new Map(rows.map((row) => [row.id, row]))
  const named = wanted.map((cause): CauseName => {
    const { kind, name } = partsOfCause(cause)
    if (kind !== 'asset' && kind !== 'unseen') return { cause, kind, key: name, name, feed: null }
    const asset = assets.get(assetOf(cause) ?? -1)
    if (asset === undefined) return { cause, kind: 'unseen', key: '', name: UNSEEN, feed: null }
    return { cause, kind, key: asset.key, name: asset.name, feed: asset.feed }
  })
  return new Map((await withSystemNames(ctx, named)).map((one) => [one.cause, one]))
}
