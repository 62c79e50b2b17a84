import { runOnce } from '#demo/first-runs.ts'
import type { Context } from '#lib/db/context.ts'

/** Builds the index, which does not outlive its stand-in, and once what Marketing and Finance have made. */
export async function buildEnterprise(ctx: Context, signal: AbortSignal): Promise<void> {
  const { rowCount } = await ctx.pool.query("select 1 from run where flow = 'segments' and requested_by = 'demo' limit 1")
  for (const flow of rowCount === 0 ? ['customer-search', 'segments', 'daily-revenue'] : ['customer-search'])
    if (!signal.aborted) await runOnce(ctx, flow, signal)
}
