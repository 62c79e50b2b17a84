import type { PoolClient } from 'pg'
import { act, asOrdered } from '#lib/access/act.ts'
import { rebuild } from '#lib/commands/status/rebuild.ts'
import { getSubject } from '#lib/db/catalogue/subjects.ts'
import type { Context } from '#lib/db/context.ts'
import { endWindow, listOpenWindows, lockWindow, type StoredWindow } from '#lib/db/history/windows.ts'
import { toText, toTextOrNull } from '#lib/db/instants.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { toStorableText } from '#lib/domain/values/storable-text.ts'
import { requireRightOver, tellOf, type WindowSubject } from './matter.ts'

/** Ends a window now; one that has not begun is withdrawn, one that has ended stays as it is. */
export async function closeWindow(ctx: Context, request: { windowId: number }): Promise<void> {
  const target = { kind: 'window' as const, key: String(request.windowId) }
  const now = ctx.clock.now()
  const ended = await act(ctx, { action: 'window.close', target }, async (sql) => {
    const window = await lockWindow(sql, request.windowId)
    requireRightOver(ctx, window)
    const { before, after, assetIds } = await endOne(sql, window, now)
    return { result: assetIds, before, after }
  })
  await rebuildEnded(ctx, ended, now)
}

/**
 * Ends every pause and announced work of one subject or flow itself; where none has begun, what is announced is withdrawn, but for what comes
 * again by a rule. Refused when there is neither. Pauses of what it belongs to go on.
 */
export async function endPauses(ctx: Context, { name, ...target }: WindowSubject & { name: string }): Promise<void> {
  const now = ctx.clock.now()
  const ended = await act(ctx, { action: 'window.close', target }, async (sql) => {
    const of = target.kind === 'flow' ? { flow: target.key } : await subjectOf(sql, target.kind, target.key)
    const open = of === null ? [] : await listOpenWindows(sql, of, now)
    const begun = open.filter((window) => window.from <= now)
    const ended = begun.length > 0 ? begun : open.filter((window) => window.seriesId === null)
    if (ended.length === 0) throw new TidemarkError('conflict', { publicMessage: nothingToEnd(toStorableText(name), open.length > 0) })
    const all = []
    for (const { id } of ended) all.push(await endOne(sql, await lockWindow(sql, id), now))
    return { result: all.flatMap(({ assetIds }) => assetIds), before: all.map(({ before }) => before) }
  })
  await rebuildEnded(ctx, ended, now)
}

interface Ended {
  before: object
  /** null: it was withdrawn, or had ended before. */
  after: object | null
  assetIds: number[]
}

/** How a window was and is, and the assets it covered; none where it had ended before. */
async function endOne(sql: PoolClient, window: StoredWindow, now: Instant): Promise<Ended> {
  const before = { kind: window.kind, from: toText(window.from), to: toTextOrNull(window.to), note: window.note }
  if (window.to !== null && window.to <= now) return { before, after: null, assetIds: [] }
  await endWindow(sql, window.id, now)
  const assetIds = await tellOf(sql, window, now)
  return { before, after: window.from < now ? { to: toText(now) } : null, assetIds }
}

function nothingToEnd(name: string, comesAgain: boolean): string {
  return comesAgain
    ? `${name} is not paused by itself. Its maintenance comes again by a rule, which is ended on its page.`
    : `${name} is not paused by itself.`
}

async function rebuildEnded(ctx: Context, assetIds: readonly number[], now: Instant): Promise<void> {
  if (assetIds.length > 0) await rebuild(asOrdered(ctx), { assetIds: [...new Set(assetIds)], from: now })
}

async function subjectOf(
  sql: PoolClient,
  kind: Exclude<WindowSubject['kind'], 'flow'>,
  key: string,
): Promise<{ subjectId: number } | null> {
  const found = await getSubject(sql, kind, key)
  return found === undefined ? null : { subjectId: found.id }
}
