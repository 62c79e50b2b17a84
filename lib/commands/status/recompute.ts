import { act, asOrdered } from '#lib/access/act.ts'
import { lockCatalogue } from '#lib/db/catalogue/catalogue-versions.ts'
import { listSubjectIds } from '#lib/db/catalogue/subjects.ts'
import type { Context } from '#lib/db/context.ts'
import { spreadCurrentPolicies } from '#lib/db/history/versions.ts'
import { toTextOrNull } from '#lib/db/instants.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import type { RebuildResult } from './rebuild/rebuild-within.ts'
import { rebuild } from './rebuild.ts'

/**
 * Rebuilds the whole kept history of everything. With the current policy: as if today's policies had been in force all the time, or
 * since `from`; otherwise each stretch is judged by the catalogue in force then, and nothing changes unless something was wrong.
 */
export async function recompute(ctx: Context, options: { withCurrentPolicy: boolean; from?: Instant | null }): Promise<RebuildResult> {
  const { withCurrentPolicy, from = null } = options
  const assetIds = await act(ctx, { action: 'history.recompute', target: null }, async (sql) => {
    if (withCurrentPolicy) {
      await lockCatalogue(sql)
      await spreadCurrentPolicies(sql, from)
    }
    return { result: await listSubjectIds(sql, 'asset'), after: { withCurrentPolicy, from: toTextOrNull(from) } }
  })
  return rebuild(asOrdered(ctx), { assetIds, from: 0, isThorough: true })
}
