import type { PoolClient } from 'pg'
import { type Context, withTransaction } from '#lib/db/context.ts'
import { insertWindowsOf, lastEndOf, listOpenSeriesIds, lockSeries, type StoredSeries, updateSeries } from '#lib/db/history/series.ts'
import { DAY_MS, type Instant } from '#lib/domain/time/instant.ts'
import { nextStretch, stretchesBetween } from '#lib/domain/time/recurrence.ts'
import { tellOf } from './matter.ts'

/** Recurring maintenance has its windows for so long ahead: longer than anybody is shown, so that a worker may be away for weeks. */
const AHEAD_MS = 62 * DAY_MS

/** Makes the windows of all recurring maintenance for the time ahead; running it again changes nothing. Answers how many came about. */
export async function expandAllSeries(ctx: Context): Promise<number> {
  let made = 0
  for (const id of await listOpenSeriesIds(ctx.whole)) {
    made += await withTransaction(ctx, async (sql) => {
      const [series, now] = [await lockSeries(sql, id), ctx.clock.now()]
      const madeOfIt = await expandSeries(sql, series, now)
      if (madeOfIt > 0) await tellOf(sql, { ...series, flow: null }, now)
      return madeOfIt
    })
  }
  return made
}

/**
 * Makes the windows of one series, locked by the caller, that begin between what has been made and the end of the time ahead; none begins
 * in the past. A series whose last window is over ends.
 */
export async function expandSeries(sql: PoolClient, series: StoredSeries, now: Instant): Promise<number> {
  if (series.endedAt !== null) return 0
  const expandedTo = Math.max(series.expandedTo, now + AHEAD_MS)
  const stretches = stretchesBetween(series.recurrence, Math.max(series.expandedTo, now), expandedTo)
  const made = await insertWindowsOf(sql, series, stretches, now)
  await updateSeries(sql, { ...series, expandedTo, endedAt: (await isOver(sql, series, now)) ? now : null })
  return made
}

async function isOver(sql: PoolClient, { id, recurrence }: StoredSeries, now: Instant): Promise<boolean> {
  if (nextStretch(recurrence, now) !== null) return false
  return ((await lastEndOf(sql, id)) ?? now) <= now
}
