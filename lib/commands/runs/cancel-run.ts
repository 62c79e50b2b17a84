import { act, asOrdered } from '#lib/access/act.ts'
import type { Context, Sql } from '#lib/db/context.ts'
import { toText } from '#lib/db/instants.ts'
import { notifyWorkers } from '#lib/db/listen.ts'
import { lockRun, type Run } from '#lib/db/runs/runs.ts'
import { isEnded } from '#lib/domain/runs/run.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { settleOutcome } from './settle-outcome.ts'

/** Cancels a run that has not begun at once, asks the worker of a running one to stop; an ended run is a conflict. */
export async function cancelRun(ctx: Context, input: { runId: string }): Promise<'cancelled' | 'cancelling'> {
  const answer = await act(ctx, { action: 'run.cancel', target: { kind: 'run', key: input.runId } }, async (sql) => {
    const run = await lockRun(sql, input.runId)
    if (run === undefined) throw new TidemarkError('not-found', { publicMessage: 'There is no such run.' })
    if (isEnded(run.state)) throw new TidemarkError('conflict', { publicMessage: 'The run has ended already.' })
    const before = { state: run.state }
    const result = await cancelLockedRun(sql, run, ctx.clock.now())
    return result === 'cancelled' ? { result, before, after: { state: 'cancelled' } } : { result, before }
  })
  if (answer === 'cancelled') await settleOutcome(asOrdered(ctx), input.runId)
  return answer
}

/** The same within a transaction that holds the run; the outcome of a cancelled one is to be settled after it. */
export async function cancelLockedRun(sql: Sql, run: Run, now: Instant): Promise<'cancelled' | 'cancelling'> {
  await sql.query('update run set cancel_at = coalesce(cancel_at, $2) where id = $1', [run.id, toText(now)])
  await notifyWorkers(sql)
  if (run.state === 'running') return 'cancelling'
  await sql.query(
    "update run set state = 'cancelled', ended_at = $2, waiting_for = null, problem = 'The run was cancelled.', lease_owner = 'cancel' where id = $1",
    [run.id, toText(now)],
  )
  return 'cancelled'
}
