import { listFollowers } from '#lib/db/catalogue/followers.ts'
import { type Context, withTransaction } from '#lib/db/context.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { type RebuildOptions, type RebuildResult, rebuildWithin } from './rebuild/rebuild-within.ts'
import { loadReporting } from './rebuild/reporting.ts'

const BATCH = 500

/**
 * Works the statuses of these assets out anew from an instant on, up to now, with all that is known now; feeds, groups, ended days,
 * the log of changes and the outbox follow. The one way statuses come into being: running it again changes nothing.
 */
export async function rebuild(
  ctx: Context,
  request: { assetIds: readonly number[]; from: Instant } & RebuildOptions,
): Promise<RebuildResult> {
  const ids = await inOrder(ctx, request.assetIds)
  const total: RebuildResult = { assets: 0, changes: 0 }
  for (let start = 0; start < ids.length; start += BATCH) {
    const batch = new Map(ids.slice(start, start + BATCH).map((id) => [id, request.from]))
    const result = await withTransaction(ctx, async (sql) => rebuildWithin(sql, await loadReporting(sql, ctx.clock.now()), batch, request))
    total.assets += result.assets
    total.changes += result.changes
  }
  return total
}

/** Each once, those that follow others last, so that few of them have to be worked out twice. */
async function inOrder(ctx: Context, assetIds: readonly number[]): Promise<number[]> {
  const ids = [...new Set(assetIds)].sort((a, b) => a - b)
  const followers = await listFollowers(ctx.whole, ids)
  return [...ids.filter((id) => !followers.has(id)), ...followers]
}
