import { isDeepStrictEqual } from 'node:util'
import type { PoolClient } from 'pg'
import { act } from '#lib/access/act.ts'
import type { Context } from '#lib/db/context.ts'
import { annotateWindowsOf, deleteWindowsOf, lockSeries, type StoredSeries, updateSeries } from '#lib/db/history/series.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import type { Recurrence } from '#lib/domain/time/recurrence.ts'
import { expandSeries } from './expand-series.ts'
import { readNote, requireRightOver, tellOf } from './matter.ts'
import { requireRoom, ruleInShort } from './plan-series.ts'

interface Change {
  seriesId: number
  recurrence: Recurrence
  note: string | null
}

/**
 * Gives recurring maintenance another rule or note from now on: what lies ahead is made anew where the rule is another, withdrawn ones come
 * back then. What has begun or was stays as it is.
 */
export async function changeSeries(ctx: Context, { seriesId, recurrence, note }: Change): Promise<void> {
  const target = { kind: 'series' as const, key: String(seriesId) }
  const now = ctx.clock.now()
  await act(ctx, { action: 'window.change', target, reason: note }, async (sql) => {
    const series = await lockOpen(sql, ctx, seriesId)
    await requireRoom(sql, { ...series, recurrence }, now)
    const changed = { ...series, recurrence, note: readNote(note) }
    await carryOut(sql, series, changed, now)
    await tellOf(sql, { ...series, flow: null }, now)
    return { result: null, before: ruleInShort(series), after: ruleInShort(changed) }
  })
}

async function carryOut(sql: PoolClient, series: StoredSeries, changed: StoredSeries, now: Instant): Promise<void> {
  if (isDeepStrictEqual(series.recurrence, changed.recurrence)) {
    await updateSeries(sql, changed)
    await annotateWindowsOf(sql, series.id, changed.note, now)
    return
  }
  await deleteWindowsOf(sql, series.id, now)
  await expandSeries(sql, { ...changed, expandedTo: now }, now)
}

/** Ends recurring maintenance: what lies ahead is taken back, one that is going on goes on until its end. */
export async function endSeries(ctx: Context, { seriesId }: { seriesId: number }): Promise<void> {
  const target = { kind: 'series' as const, key: String(seriesId) }
  const now = ctx.clock.now()
  await act(ctx, { action: 'window.close', target }, async (sql) => {
    const series = await lockOpen(sql, ctx, seriesId)
    const withdrawn = await deleteWindowsOf(sql, seriesId, now)
    await updateSeries(sql, { ...series, endedAt: now })
    await tellOf(sql, { ...series, flow: null }, now)
    return { result: null, before: ruleInShort(series), after: { withdrawn } }
  })
}

async function lockOpen(sql: PoolClient, ctx: Context, seriesId: number): Promise<StoredSeries> {
  const series = await lockSeries(sql, seriesId)
  requireRightOver(ctx, { ...series, flow: null })
  if (series.endedAt !== null)
    throw new TidemarkError('conflict', { publicMessage: 'This recurring maintenance has ended. Announce a new one.' })
  return series
}
