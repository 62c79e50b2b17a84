import { listSubjectIds } from '#lib/db/catalogue/subjects.ts'
import type { Context } from '#lib/db/context.ts'
import { putWorkerGap } from '#lib/db/history/blind.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { localDay } from '#lib/domain/time/local-day.ts'
import { refreshAllDays } from './rebuild/refresh-all-days.ts'
import { loadReporting } from './rebuild/reporting.ts'

/**
 * Notes that no worker ran over a stretch: history shows it as a gap in our sight, whatever the statuses turn out to have been. A worker that
 * dies over it leaves the gap: the next one notes it longer, and the days of all of it.
 */
export async function noteWorkerGap(ctx: Context, gap: { from: Instant; to: Instant }): Promise<void> {
  if (gap.from >= gap.to) throw new TidemarkError('invalid', { publicMessage: 'A gap must end after it begins.' })
  if (!(await putWorkerGap(ctx.pool, gap.from, gap.to))) return
  const reporting = await loadReporting(ctx.pool, ctx.clock.now())
  const from = Math.max(gap.from, reporting.horizon)
  const firstDay = localDay(from, reporting.zone)
  if (firstDay < reporting.today) await refreshAllDays(ctx, reporting, firstDay, await listSubjectIds(ctx.pool, 'asset'))
}
