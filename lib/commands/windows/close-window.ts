import { rebuild } from '#lib/commands/status/rebuild.ts'
import { listAssetsUnder } from '#lib/db/catalogue/assets.ts'
import { getSubject, markDue } from '#lib/db/catalogue/subjects.ts'
import { type Context, withTransaction } from '#lib/db/context.ts'
import { endWindow, listOpenWindows, lockWindow } from '#lib/db/history/windows.ts'
import { notifyChange, notifyWorkers } from '#lib/db/listen.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { toStorableText } from '#lib/domain/values/storable-text.ts'
import type { WindowSubject } from './open-window.ts'

/** Ends a window now; one that has not begun is withdrawn, one that has ended stays as it is. */
export async function closeWindow(ctx: Context, request: { windowId: number }): Promise<void> {
  const now = ctx.clock.now()
  const assetIds = await withTransaction(ctx, async (sql) => {
    const window = await lockWindow(sql, request.windowId)
    if (window.to !== null && window.to <= now) return []
    const covered = window.flow === null ? await listAssetsUnder(sql, window.subjectId) : []
    await endWindow(sql, window.id, now)
    await markDue(sql, covered, now)
    await notifyWorkers(sql)
    await notifyChange(sql)
    return covered
  })
  if (assetIds.length > 0) await rebuild(ctx, { assetIds, from: now })
}

/**
 * Ends every pause and announced work of one subject or flow itself; where none has begun, what is announced is withdrawn. Refused when there
 * is neither. Pauses of what it belongs to go on.
 */
export async function endPauses(ctx: Context, subject: WindowSubject & { name: string }): Promise<void> {
  const of = subject.kind === 'flow' ? { flow: subject.key } : await subjectOf(ctx, subject.kind, subject.key)
  const open = of === null ? [] : await listOpenWindows(ctx.pool, of, ctx.clock.now())
  if (open.length === 0) throw new TidemarkError('conflict', { publicMessage: `${toStorableText(subject.name)} is not paused by itself.` })
  const begun = open.filter((window) => window.from <= ctx.clock.now())
  for (const window of begun.length > 0 ? begun : open) await closeWindow(ctx, { windowId: window.id })
}

async function subjectOf(ctx: Context, kind: Exclude<WindowSubject['kind'], 'flow'>, key: string): Promise<{ subjectId: number } | null> {
  const found = await getSubject(ctx.pool, kind, key)
  return found === undefined ? null : { subjectId: found.id }
}
