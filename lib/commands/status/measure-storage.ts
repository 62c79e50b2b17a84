import type { Context } from '#lib/db/context.ts'
import { putSetting } from '#lib/db/settings.ts'
import { listTableSizes, MEASURED_KEY, readMeasured } from '#lib/db/storage.ts'

/** Enough to tell how a month went. */
const DAYS_KEPT = 35

/** Notes how large each table of Tidemark's own is today, so that its growth can be told. */
export async function measureStorage(ctx: Context): Promise<void> {
  const today = new Date(ctx.clock.now()).toISOString().slice(0, 10)
  const sizes = Object.fromEntries((await listTableSizes(ctx.pool)).map(({ table, bytes }) => [table, bytes]))
  const days = { ...(await readMeasured(ctx.pool)), [today]: sizes }
  const kept = Object.keys(days).sort().slice(-DAYS_KEPT)
  await putSetting(ctx.whole, MEASURED_KEY, Object.fromEntries(kept.map((day) => [day, days[day]])))
}
