import { act, asOrdered } from '#lib/access/act.ts'
import type { Context } from '#lib/db/context.ts'
import { toText } from '#lib/db/instants.ts'
import { notifyWorkers } from '#lib/db/listen.ts'
import { lockRun } from '#lib/db/runs/runs.ts'
import { isEnded } from '#lib/domain/runs/run.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { settleOutcome } from './settle-outcome.ts'

/** Cancels a run that has not begun at once, asks the worker of a running one to stop; an ended run is a conflict. */
export async function cancelRun(ctx: Context, input: { runId: string }): Promise<'cancelled' | 'cancelling'> {
  const now = toText(ctx.clock.now())
  const answer = await act(ctx, { action: 'run.cancel', target: { kind: 'run', key: input.runId } }, async (sql) => {
    const run = await lockRun(sql, input.runId)
    if (run === undefined) throw new TidemarkError('not-found', { publicMessage: 'There is no such run.' })
    if (isEnded(run.state)) throw new TidemarkError('conflict', { publicMessage: 'The run has ended already.' })
    await sql.query('update run set cancel_at = coalesce(cancel_at, $2) where id = $1', [run.id, now])
    await notifyWorkers(sql)
    const before = { state: run.state }
    if (run.state === 'running') return { result: 'cancelling' as const, before }
    await sql.query(
      "update run set state = 'cancelled', ended_at = $2, waiting_for = null, problem = 'The run was cancelled.', lease_owner = 'cancel' where id = $1",
      [run.id, now],
    )
    return { result: 'cancelled' as const, before, after: { state: 'cancelled' } }
  })
  if (answer === 'cancelled') await settleOutcome(asOrdered(ctx), input.runId)
  return answer
}
