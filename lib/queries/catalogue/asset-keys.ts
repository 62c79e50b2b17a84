import type { Context } from '#lib/db/context.ts'
import { loadKeyReadings } from '#lib/db/history/key-readings.ts'
import { judgedKeys, keyHistories, statusOfKey } from '#lib/domain/coverage/judge-keys.ts'
import type { KeyPromise } from '#lib/domain/coverage/key-promise.ts'
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
  select key, ${instant('min(recorded_at)')} as at from key_reading where asset_id = $1 and column_name = $2 and at is not null group by key`

/** Whose keys are asked for, and how it is seen itself. */
type Judged = Pick<AssetRow, 'id' | 'status' | 'reason' | 'probedAt'> & { blindAfterMs: number | null }

const UNSEEN: readonly (Reason | null)[] = ['never-observed', 'no-time', 'probe-failed', 'source-unreachable', 'gone', 'refused']

function isInSight({ status, reason, probedAt, blindAfterMs }: Judged, now: Instant): boolean {
  if (status === 'unknown' || UNSEEN.includes(reason) || probedAt === null) return false
  return blindAfterMs === null || now <= probedAt + blindAfterMs
}

/** The expected keys of an asset, the worst first; while nobody sees it none of them is fresh. */
export async function getAssetKeys(ctx: Context, asset: Judged, promise: KeyPromise | null): Promise<KeyView[]> {
  if (promise === null) return []
  const now = ctx.clock.now()
  const { id } = asset
  const inSight = isInSight(asset, now)
  const [readings, first] = await Promise.all([
    loadKeyReadings(ctx.pool, [{ assetId: id, from: now }]),
    ctx.pool.query<{ key: string; at: Instant }>(FIRST_SEEN, [id, promise.column]),
  ])
  const firstAt = new Map(first.rows.map(({ key, at }) => [key, at]))
  const begunAt = Math.min(...firstAt.values())
  return judgedKeys({ expect: promise }, { keys: keyHistories(readings.get(id) ?? []) }, now)
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
