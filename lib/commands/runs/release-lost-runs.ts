import { type Context, withTransaction } from '#lib/db/context.ts'
import { toText } from '#lib/db/instants.ts'
import { ATTEMPTS_MAX, type RunState } from '#lib/domain/runs/run.ts'
import { endOpenTasks } from './finish-run.ts'
import { listUnsettled, settleOutcome } from './settle-outcome.ts'

export interface LostRun {
  runId: string
  flow: string
  attempt: number
  state: RunState
}

/**
 * Runs whose lease ran out have crashed and may be taken again as their next attempt; given up after the fifth, and
 * not taken again when somebody had asked to cancel them. Also carries over outcomes that a worker died on.
 */
export async function releaseLostRuns(ctx: Context): Promise<LostRun[]> {
  const now = ctx.clock.now()
  const lost = await withTransaction(ctx, async (sql) => {
    const { rows } = await sql.query<{ id: string; flow: string; attempt: number; state: RunState }>(
      `with gone as (
         select id, case when cancel_at is not null then 'cancelled' when attempt >= $2 then 'failed' else 'crashed' end as state
         from run where state = 'running' and lease_until < $1 for update skip locked
       )
       update run r set state = gone.state, eta_at = null,
         waiting_for = case when gone.state = 'crashed' then 'Its worker was lost; it goes on where it was when a worker is free.' end,
         ended_at = case when gone.state = 'crashed' then null else $1::timestamptz end,
         problem = case gone.state when 'failed' then 'The worker was lost in each of ' || r.attempt || ' attempts.' when 'cancelled' then 'The run was cancelled.' end
       from gone where r.id = gone.id returning r.id, r.flow, r.attempt, r.state`,
      [toText(now), ATTEMPTS_MAX],
    )
    for (const row of rows) await endOpenTasks(sql, row.id, now, 'failed', 'The worker was lost.')
    return rows.map((row) => ({ runId: row.id, flow: row.flow, attempt: row.attempt, state: row.state }))
  })
  for (const run of lost) ctx.log.warn('the worker of a run was lost', { ...run })
  const unsettled = [...lost.map((run) => run.runId), ...(await listUnsettled(ctx))]
  for (const runId of new Set(unsettled)) await settleOutcome(ctx, runId)
  return lost
}
