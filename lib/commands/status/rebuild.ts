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
  const ids = [...new Set(request.assetIds)].sort((a, b) => a - b)
  const total: RebuildResult = { assets: 0, changes: 0 }
  for (let start = 0; start < ids.length; start += BATCH) {
    const batch = new Map(ids.slice(start, start + BATCH).map((id) => [id, request.from]))
    const result = await withTransaction(ctx, async (sql) => rebuildWithin(sql, await loadReporting(sql, ctx.clock.now()), batch, request))
    total.assets += result.assets
    total.changes += result.changes
  }
  return total
}
