import type { Sql } from '#lib/db/context.ts'
import { toText } from '#lib/db/instants.ts'
import type { Instant } from '#lib/domain/time/instant.ts'

/** Closes the tasks that were under way when their attempt ended. */
export async function endOpenTasks(sql: Sql, runId: string, at: Instant, state: 'failed' | 'cancelled', problem: string): Promise<void> {
  await sql.query("update run_task set state = $3, ended_at = $2, problem = $4 where run_id = $1 and state = 'running'", [
    runId,
    toText(at),
    state,
    problem,
  ])
}
