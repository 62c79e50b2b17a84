import { runOnce } from '#demo/first-runs.ts'
import type { Context } from '#lib/db/context.ts'
import { SECOND_MS } from '#lib/domain/time/instant.ts'

const INDICES = ['price-search', 'deals-board']

async function hasFiles(ctx: Context): Promise<boolean> {
  const { rowCount } = await ctx.pool.query("select 1 from inbox_file where state = 'arrived' limit 1")
  return rowCount !== 0
}

async function hasLandedOnce(ctx: Context): Promise<boolean> {
  const { rowCount } = await ctx.pool.query(
    "select 1 from inbox_file where run_id in (select id from run where requested_by = 'demo') limit 1",
  )
  return rowCount !== 0
}

/** Lands what waits, once, and builds the indices, which do not outlive their stand-in. */
export async function landAndBuild(ctx: Context, signal: AbortSignal): Promise<void> {
  if (!(await hasLandedOnce(ctx))) {
    while (!signal.aborted && !(await hasFiles(ctx))) await ctx.clock.sleep(SECOND_MS, signal)
    await runOnce(ctx, 'game-prices', signal)
  }
  for (const flow of INDICES) if (!signal.aborted) await runOnce(ctx, flow, signal)
}
