import type { Context } from '#lib/db/context.ts'
import { loadKeyReadings } from '#lib/db/history/key-readings.ts'
import { judgedKeys, keyHistories, statusOfKey } from '#lib/domain/coverage/judge-keys.ts'
import type { KeyPromise } from '#lib/domain/coverage/key-promise.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { instant } from '#lib/queries/shared/instant-column.ts'

/** One expected key of a table, as it is known. */
export interface KeyView {
  key: string
  status: 'fresh' | 'late' | 'stale'
  /** null: none as far back as was looked. */
  newestAt: Instant | null
  lateAt: Instant
  /** When it was seen first, where the keys had been looked at before; null: it was there from the beginning. */
  newSince: Instant | null
}

const FIRST_SEEN = `
  select key, ${instant('min(recorded_at)')} as at from key_reading where asset_id = $1 and column_name = $2 and at is not null group by key`

/** The expected keys of an asset, the worst first. */
export async function getAssetKeys(ctx: Context, id: number, promise: KeyPromise | null): Promise<KeyView[]> {
  if (promise === null) return []
  const now = ctx.clock.now()
  const [readings, first] = await Promise.all([
    loadKeyReadings(ctx.pool, [{ assetId: id, from: now }]),
    ctx.pool.query<{ key: string; at: Instant }>(FIRST_SEEN, [id, promise.column]),
  ])
  const firstAt = new Map(first.rows.map(({ key, at }) => [key, at]))
  const begunAt = Math.min(...firstAt.values())
  return judgedKeys({ expect: promise }, { keys: keyHistories(readings.get(id) ?? []) }, now)
    .map((one) => {
      const seenAt = firstAt.get(one.key) ?? begunAt
      const newSince = promise.of === 'seen' && seenAt > begunAt ? seenAt : null
      return { key: one.key, status: statusOfKey(one, now), newestAt: one.newestAt, lateAt: one.lateAt, newSince }
    })
    .sort((a, b) => a.lateAt - b.lateAt)
}
