import { type Context, withTransaction } from '#lib/db/context.ts'
import { oldestSubjectAt } from '#lib/db/history/days.ts'
import { getRolledUpThrough, putSetting } from '#lib/db/settings.ts'
import { addDays, type LocalDay, localDay } from '#lib/domain/time/local-day.ts'
import { refreshAllDays } from './rebuild/refresh-all-days.ts'
import { loadReporting } from './rebuild/reporting.ts'

/** Sums up every local day that has ended since the last time, and answers up to which day all are complete; null on an empty page. */
export async function rollUpDays(ctx: Context): Promise<{ through: LocalDay | null }> {
  const reporting = await loadReporting(ctx.pool, ctx.clock.now())
  const yesterday = addDays(reporting.today, -1)
  const through = await getRolledUpThrough(ctx.pool)
  if (through !== null && through >= yesterday) return { through }
  const oldest = await oldestSubjectAt(ctx.pool)
  if (oldest === null) return { through: null }
  const since = through === null ? localDay(oldest, reporting.zone) : addDays(through, 1)
  const horizon = localDay(reporting.horizon, reporting.zone)
  await refreshAllDays(ctx, reporting, since > horizon ? since : horizon)
  await withTransaction(ctx, (sql) => putSetting(sql, 'rolled-up-through', yesterday))
  return { through: yesterday }
}
