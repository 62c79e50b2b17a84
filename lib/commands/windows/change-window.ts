import type { PoolClient } from 'pg'
import { act, asOrdered } from '#lib/access/act.ts'
import { rebuild } from '#lib/commands/status/rebuild.ts'
import type { Context } from '#lib/db/context.ts'
import { listOverlapping, lockWindow, type StoredWindow, updateWindow } from '#lib/db/history/windows.ts'
import { toText, toTextOrNull } from '#lib/db/instants.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { type Instant, MINUTE_MS } from '#lib/domain/time/instant.ts'
import { readNote, requireRightOver, tellOf } from './matter.ts'
import { requireSense } from './open-window.ts'

interface Change {
  windowId: number
  /** Only of one that has not begun; null: as it is. */
  from: Instant | null
  to: Instant | null
  note: string | null
}

/** Moves a window that lies ahead, or makes one that has begun longer or shorter from now on. One that has ended stays as it was. */
export async function changeWindow(ctx: Context, change: Change): Promise<void> {
  const target = { kind: 'window' as const, key: String(change.windowId) }
  const now = ctx.clock.now()
  const assetIds = await act(ctx, { action: 'window.change', target, reason: change.note }, async (sql) => {
    const window = await lockWindow(sql, change.windowId)
    requireRightOver(ctx, window)
    const wanted = { ...window, from: change.from ?? window.from, to: change.to, note: readNote(change.note) }
    const changed = requireOpen(window, wanted, now)
    await requireOwnPlace(sql, changed)
    await updateWindow(sql, changed, now)
    return { result: await tellOf(sql, window, now), before: inShort(window), after: inShort(changed) }
  })
  if (assetIds.length > 0) await rebuild(asOrdered(ctx), { assetIds, from: now })
}

/** What the window would be, if it may be so: of one that has begun only what is left can be changed. */
function requireOpen(window: StoredWindow, changed: StoredWindow, now: Instant): StoredWindow {
  const refuse = (publicMessage: string) => {
    throw new TidemarkError('conflict', { publicMessage })
  }
  if (window.to !== null && window.to <= now) refuse('It has ended. What was stays as it was.')
  const hasBegun = window.from <= now
  if (hasBegun && Math.abs(changed.from - window.from) > MINUTE_MS) refuse('It has begun, so when it began stays as it was.')
  if (hasBegun && changed.to !== null && changed.to <= now)
    refuse('It would have ended already. End it, or say a time that is still to come.')
  if (!hasBegun && changed.from < now - MINUTE_MS) refuse('It would begin in the past. What was stays as it was.')
  requireSense(hasBegun ? { ...changed, from: now } : changed)
  return hasBegun ? { ...changed, from: window.from } : changed
}

/** One of a series keeps its place among the others. */
async function requireOwnPlace(sql: PoolClient, { id, seriesId, from, to }: StoredWindow): Promise<void> {
  if (seriesId === null) return
  if (to === null) throw new TidemarkError('invalid', { publicMessage: 'Maintenance that comes again has an end.' })
  if ((await listOverlapping(sql, seriesId, { from, to })).some((other) => other.id !== id))
    throw new TidemarkError('conflict', { publicMessage: 'Another one of the same recurring maintenance lies there already.' })
}

function inShort({ from, to, note }: StoredWindow): object {
  return { from: toText(from), to: toTextOrNull(to), note }
}
