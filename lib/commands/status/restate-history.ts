import { listSubjectIds } from '#lib/db/catalogue/subjects.ts'
import type { Context } from '#lib/db/context.ts'
import { getRulesVersion, putRulesVersion } from '#lib/db/settings.ts'
import { rebuild } from './rebuild.ts'

/** Grows whenever equal facts and settings give other statuses than before. 2: each tick of a deadline has one window. */
export const RULES_VERSION = 2

/**
 * Once after the rules have changed, rebuilds the whole kept history by the new ones, as a rewrite: nobody is told what the old ones
 * said otherwise. Cut short, it begins anew at the next call. `onBatch` is called every few hundred assets.
 */
export async function restateHistory(
  ctx: Context,
  { onBatch }: { onBatch?: () => Promise<void> } = {},
): Promise<{ changes: number } | null> {
  if ((await getRulesVersion(ctx.whole)) === RULES_VERSION) return null
  const ids = await listSubjectIds(ctx.pool, 'asset')
  const { changes } = await rebuild(ctx, { assetIds: ids, from: 0, isThorough: true, isRewrite: true, onBatch })
  await putRulesVersion(ctx.whole, RULES_VERSION)
  if (ids.length > 0) ctx.log.info('history restated by the new rules', { assets: ids.length, changes })
  return { changes }
}
