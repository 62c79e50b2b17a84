import { renewNextChanges } from '#lib/db/catalogue/sight.ts'
import { lockDueAssets, nextDueAt, postponeSubject } from '#lib/db/catalogue/subjects.ts'
import { type Context, withTransaction } from '#lib/db/context.ts'
import { HOUR_MS, type Instant, SECOND_MS } from '#lib/domain/time/instant.ts'
import { toInternalMessage } from '#lib/platform/errors.ts'
import { rebuildWithin } from './rebuild/rebuild-within.ts'
import { loadReporting } from './rebuild/reporting.ts'

/** What a sweep did, and when the next one is worth while; null: nothing will change by itself. */
export interface SweepResult {
  swept: number
  nextDueAt: Instant | null
}

/**
 * Turns every status whose time has come, in batches of `limit`; assets another worker holds are left to it. An asset that cannot
 * be worked out is put off by an hour and reported, so that it does not hold up the others.
 */
export async function sweepDue(ctx: Context, options: { limit?: number } = {}): Promise<SweepResult> {
  const limit = options.limit ?? 500
  let swept = 0
  // Mostly nothing is due: then this is all that is asked.
  const next = await nextDueAt(ctx.pool)
  if (next === null || next > ctx.clock.now()) return { swept, nextDueAt: next }
  await renewNextChanges(ctx.pool, ctx.clock.now())
  for (;;) {
    const batch = await sweepBatch(ctx, limit)
    swept += batch
    if (batch < limit) break
  }
  const due = await nextDueAt(ctx.pool)
  const now = ctx.clock.now()
  return { swept, nextDueAt: due === null || due > now ? due : now + SECOND_MS }
}

async function sweepBatch(ctx: Context, limit: number): Promise<number> {
  let ids: number[] = []
  try {
    await withTransaction(ctx, async (sql) => {
      const now = ctx.clock.now()
      ids = await lockDueAssets(sql, now, limit)
      if (ids.length > 0) await rebuildWithin(sql, await loadReporting(sql, now), new Map(ids.map((id) => [id, now])))
    })
  } catch (error) {
    if (ids.length === 0) throw error
    ctx.log.warn('a batch of the sweep failed; trying its assets one by one', { assets: ids.length, error: toInternalMessage(error) })
    for (const id of ids) await sweepOne(ctx, id)
  }
  return ids.length
}

async function sweepOne(ctx: Context, id: number): Promise<void> {
  const now = ctx.clock.now()
  try {
    await withTransaction(ctx, async (sql) => rebuildWithin(sql, await loadReporting(sql, now), new Map([[id, now]])))
  } catch (error) {
    ctx.log.error('the status of an asset could not be worked out; it is put off by an hour', {
      assetId: id,
      error: toInternalMessage(error),
    })
    await postponeSubject(ctx.pool, id, now + HOUR_MS)
  }
}
