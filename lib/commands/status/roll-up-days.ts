import { type Context, withTransaction } from '#lib/db/context.ts'
import { countAssetDays, oldestSubjectAt } from '#lib/db/history/days.ts'
import { getRolledUpThrough, putSetting } from '#lib/db/settings.ts'
import { addDays, daysBetween, type LocalDay, laterDay, localDay } from '#lib/domain/time/local-day.ts'
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
  const first = laterDay(since, localDay(reporting.horizon, reporting.zone))
  // A rebuild sums up the ended days it touches, so an asset that has a row of each is done.
  const assets = (await countAssetDays(ctx.pool, first, yesterday)).filter(({ createdAt, days }) => {
    return days <= daysBetween(laterDay(first, localDay(createdAt, reporting.zone)), yesterday)
  })
  await refreshAllDays(
    ctx,
    reporting,
    first,
    assets.map(({ assetId }) => assetId),
  )
  await withTransaction(ctx, (sql) => putSetting(sql, 'rolled-up-through', yesterday))
  return { through: yesterday }
}
