import type { Context } from '#lib/db/context.ts'
import { loadKeyReadings } from '#lib/db/history/key-readings.ts'
import { judgedKeys, keyHistories, statusOfKey } from '#lib/domain/coverage/judge-keys.ts'
import type { KeyPromise } from '#lib/domain/coverage/key-promise.ts'
import type { KeyReading } from '#lib/domain/coverage/key-reading.ts'
import type { Reason } from '#lib/domain/freshness/status.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import type { AssetRow } from '#lib/queries/shared/asset-rows.ts'
import { instant } from '#lib/queries/shared/instant-column.ts'

/** One expected key of a table, as it is known. */
export interface KeyView {
  key: string
  /** unknown: its time has not come, and nobody sees the table, so nobody knows whether it is kept. */
  status: 'fresh' | 'late' | 'stale' | 'unknown'
  /** null: none as far back as was looked. */
  newestAt: Instant | null
  lateAt: Instant
  /** When it was seen first, where that is no longer ago than keys are looked for and they had been looked at before; else null. */
  newSince: Instant | null
}

const FIRST_SEEN = `
  select asset_id as id, key, ${instant('min(recorded_at)')} as at
  from unnest($1::int[], $2::text[]) as w(asset_id, column_name) join key_reading using (asset_id, column_name)
  where at is not null group by asset_id, key`

/** Whose keys are asked for, and how it is seen itself. */
type Judged = Pick<AssetRow, 'id' | 'status' | 'reason' | 'probedAt'> & { blindAfterMs: number | null }

const UNSEEN: readonly (Reason | null)[] = ['never-observed', 'no-time', 'probe-failed', 'source-unreachable', 'gone', 'refused']

function isInSight({ status, reason, probedAt, blindAfterMs }: Judged, now: Instant): boolean {
  if (status === 'unknown' || UNSEEN.includes(reason) || probedAt === null) return false
  return blindAfterMs === null || now <= probedAt + blindAfterMs
}

/** An asset of whose keys something is promised. */
export type Promising = Judged & { promise: KeyPromise }

/** The expected keys of an asset, the worst first; while nobody sees it none of them is fresh. */
export async function getAssetKeys(ctx: Context, asset: Judged, promise: KeyPromise | null): Promise<KeyView[]> {
  if (promise === null) return []
  return (await getKeysOfAssets(ctx, [{ ...asset, promise }])).get(asset.id) ?? []
}

/** The same of several assets at once, by their ids. */
export async function getKeysOfAssets(ctx: Context, assets: readonly Promising[]): Promise<Map<number, KeyView[]>> {
  if (assets.length === 0) return new Map()
  const now = ctx.clock.now()
  const [readings, first] = await Promise.all([
    loadKeyReadings(
      ctx.pool,
      assets.map(({ id }) => ({ assetId: id, from: now })),
    ),
    ctx.pool.query<{ id: number; key: string; at: Instant }>(FIRST_SEEN, [
      assets.map(({ id }) => id),
      assets.map(({ promise }) => promise.column),
    ]),
  ])
  const firstOf = Map.groupBy(first.rows, ({ id }) => id)
  return new Map(assets.map((asset) => [asset.id, toViews(asset, readings.get(asset.id) ?? [], firstOf.get(asset.id) ?? [], now)]))
}

function toViews(
  asset: Promising,
  readings: readonly KeyReading[],
  first: readonly { key: string; at: Instant }[],
  now: Instant,
): KeyView[] {
  const { promise } = asset
  const inSight = isInSight(asset, now)
  const firstAt = new Map(first.map(({ key, at }) => [key, at]))
  const begunAt = Math.min(...firstAt.values())
  return judgedKeys({ expect: promise }, { keys: keyHistories(readings) }, now)
    .map((one): KeyView => {
      const seenAt = firstAt.get(one.key) ?? begunAt
      const isNew = promise.of === 'seen' && seenAt > Math.max(begunAt, now - promise.withinMs)
      const status = statusOfKey(one, now)
      const shown = status === 'fresh' && !inSight ? 'unknown' : status
      const newSince = isNew ? seenAt : null
      return { key: one.key, status: shown, newestAt: one.newestAt, lateAt: one.lateAt, newSince }
    })
    .sort((a, b) => a.lateAt - b.lateAt)
}
