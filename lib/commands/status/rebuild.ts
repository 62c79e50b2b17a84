import { listFollowers } from '#lib/db/catalogue/followers.ts'
import { type Context, withTransaction } from '#lib/db/context.ts'
import { loadFeedsOfAssets } from '#lib/db/history/memberships.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { toInternalMessage } from '#lib/platform/errors.ts'
import type { Reach } from './rebuild/rebuild-assets.ts'
import { type RebuildResult, rebuildWithin } from './rebuild/rebuild-within.ts'
import { loadReporting } from './rebuild/reporting.ts'

export interface RebuildOrder {
  assetIds: readonly number[]
  from: Instant
  /** Feeds and groups are rolled up again even where no asset differs. */
  isThorough?: boolean
  /** The rules have changed, not the facts: what was said before is restated in silence. */
  isRewrite?: boolean
  /** So many assets are worked out in one transaction. */
  limit?: number
  /** Called after each of them, of which two are worked out at a time. */
  onBatch?: (() => Promise<void>) | undefined
}

/**
 * Works the statuses of these assets out anew from an instant on, up to now, with all that is known now; feeds, groups, ended days,
 * the log of changes and the outbox follow. The one way statuses come into being: running it again changes nothing.
 */
export async function rebuild(ctx: Context, order: RebuildOrder): Promise<RebuildResult> {
  const { assetIds, from, isThorough = false, isRewrite = false, limit = 500 } = order
  const ids = await inOrder(ctx, assetIds)
  const reachOf = isThorough ? await thoroughReach(ctx, ids) : undefined
  const total: RebuildResult = { assets: 0, changes: 0 }
  const batches = Array.from({ length: Math.ceil(ids.length / limit) }, (_, n) => ids.slice(n * limit, (n + 1) * limit))
  const [failure, ...others] = await inLanes(batches, async (batch) => {
    const wanted = new Map(batch.map((id) => [id, from]))
    const result = await withTransaction(ctx, async (sql) => {
      return rebuildWithin(sql, await loadReporting(sql, ctx.clock.now()), wanted, { isRewrite, ...(reachOf && { reachOf }) })
    })
    total.assets += result.assets
    total.changes += result.changes
    await order.onBatch?.()
  })
  for (const { error } of others) ctx.log.error('another batch of a rebuild has failed, too', { error: toInternalMessage(error) })
  if (failure !== undefined) throw failure.error
  return total
}

/** While the database reads and writes one batch, this process works out another. */
const LANES = 2

/** Works through batches in order, two at a time. Once one has failed none is begun any more, and those under way end first. Answers what failed, in order. */
async function inLanes<T>(batches: readonly T[], work: (batch: T) => Promise<void>): Promise<{ error: unknown }[]> {
  const waiting = [...batches]
  const failures: { error: unknown }[] = []
  const lane = async () => {
    for (let batch = waiting.shift(); batch !== undefined; batch = waiting.shift()) {
      await work(batch).catch((error: unknown) => {
        waiting.length = 0
        failures.push({ error })
      })
    }
  }
  await Promise.all(Array.from({ length: LANES }, lane))
  return failures
}

/** Each once, those that follow others last, so that few of them have to be worked out twice. */
async function inOrder(ctx: Context, assetIds: readonly number[]): Promise<number[]> {
  const ids = [...new Set(assetIds)].sort((a, b) => a - b)
  const followers = await listFollowers(ctx.whole, ids)
  return [...ids.filter((id) => !followers.has(id)), ...followers]
}

/**
 * All of a feed is looked at with the last of these assets that it has: once that is worked out nearly all others are, so that a feed of very many is rolled up
 * once. One that is worked out even later reaches it wherever it differs.
 */
async function thoroughReach(ctx: Context, ids: readonly number[]): Promise<(assetId: number) => Reach> {
  const positions = new Map(ids.map((id, position) => [id, position]))
  const last = new Map<number, number>()
  for (const { containerId, memberId } of await loadFeedsOfAssets(ctx.whole, ids)) {
    last.set(containerId, Math.max(positions.get(memberId) ?? 0, last.get(containerId) ?? 0))
  }
  const whole = new Set([...last.values()].flatMap((position) => ids[position] ?? []))
  return (assetId) => (whole.has(assetId) ? 'whole' : 'differing')
}
