import { type Context, withTransaction } from '#lib/db/context.ts'
import { notifyWorkers } from '#lib/db/listen.ts'
import { endOpenTasks } from './end-tasks.ts'

/** Gives a run back that this worker cannot go on with because it stops; another attempt goes on at once. */
export async function handBackRun(ctx: Context, input: { runId: string; fence: number }): Promise<boolean> {
  const now = ctx.clock.now()
  return withTransaction(ctx, async (sql) => {
    const { rowCount } = await sql.query(
      `update run set state = 'scheduled', lease_owner = null, lease_until = null, eta_at = null,
         waiting_for = 'Its worker stopped; it goes on where it was when a worker is free.'
       where id = $1 and fence = $2 and state = 'running'`,
      [input.runId, input.fence],
    )
    if (rowCount !== 1) return false
    await endOpenTasks(sql, input.runId, now, 'cancelled', 'The worker stopped.')
    await notifyWorkers(sql)
    return true
  })
}
