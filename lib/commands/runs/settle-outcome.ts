import { advanceOrders } from '#lib/commands/orders/advance-orders.ts'
import type { Context } from '#lib/db/context.ts'
import { endFilesOfRun } from '#lib/db/inbox/run-files.ts'
import { wantJobCancelled } from '#lib/db/runs/jobs-of-runs.ts'
import { recordRunOutcome } from './record-run-outcome.ts'

/**
 * Carries a run that has just ended (or crashed) over into arrivals and status, has its job elsewhere cancelled where it was stopped, and moves the orders on that it stands in. The run keeps its lease owner until
 * that has happened, so that a worker that dies in between leaves a trace: `listUnsettled` finds it.
 */
export async function settleOutcome(ctx: Context, runId: string): Promise<void> {
  await recordRunOutcome(ctx, { runId })
  await endFilesOfRun(ctx.pool, runId, ctx.clock.now())
  await wantJobCancelled(ctx.pool, runId, ctx.clock.now())
  await ctx.pool.query("update run set lease_owner = null where id = $1 and state <> 'running'", [runId])
  await advanceOrders(ctx, runId)
}

/** Ended runs whose outcome was not carried over within a quarter of a minute. */
export async function listUnsettled(ctx: Context): Promise<string[]> {
  const { rows } = await ctx.pool.query<{ id: string }>(
    `select id from run where lease_owner is not null and state not in ('running', 'scheduled', 'overdue')
       and coalesce(ended_at, lease_until) < $1 order by ended_at limit 100`,
    [new Date(ctx.clock.now() - 15_000)],
  )
  return rows.map((row) => row.id)
}
