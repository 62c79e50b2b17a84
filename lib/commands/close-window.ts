import { listAssetsUnder } from '#lib/db/assets.ts'
import { type Context, withTransaction } from '#lib/db/context.ts'
import { markDue } from '#lib/db/subjects.ts'
import { endWindow, lockWindow } from '#lib/db/windows.ts'
import { rebuild } from './rebuild.ts'

/** Ends a window now; one that has not begun is withdrawn, one that has ended stays as it is. */
export async function closeWindow(ctx: Context, request: { windowId: number }): Promise<void> {
  const now = ctx.clock.now()
  const assetIds = await withTransaction(ctx, async (sql) => {
    const window = await lockWindow(sql, request.windowId)
    if (window.to !== null && window.to <= now) return []
    const covered = await listAssetsUnder(sql, window.subjectId)
    await endWindow(sql, window.id, now)
    await markDue(sql, covered, now)
    return covered
  })
  await rebuild(ctx, { assetIds, from: now })
}
