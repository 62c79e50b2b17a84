import { type Context, type Sql, withTransaction } from '#lib/db/context.ts'
import { toText } from '#lib/db/instants.ts'
import { notifyWorkers } from '#lib/db/listen.ts'
import { toStorableJson } from '#lib/db/storable-json.ts'
import type { RunReport } from '#lib/domain/runs/run-outcome.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { toShownText } from '#lib/domain/values/shown-text.ts'
import { settleOutcome } from './settle-outcome.ts'

export interface RunEnding {
  runId: string
  fence: number
  state: 'completed' | 'partial' | 'failed' | 'timed-out' | 'cancelled'
  rowsLoaded: number
  report: RunReport | null
  problem: string | null
  internalProblem: string | null
  /** How it failed, apart from its words; absent: that is not known. */
  failure?: string | null
  /** When it ended where it ran; absent: now. */
  endedAt?: Instant
}

/** Ends a run and carries its outcome over into arrivals and status; false when it was no longer this attempt's to end. */
export async function finishRun(ctx: Context, ending: RunEnding): Promise<boolean> {
  const now = ctx.clock.now()
  const ended = await withTransaction(ctx, async (sql) => {
    const { rowCount } = await sql.query(
      `update run set state = $3, ended_at = greatest($4::timestamptz, started_at), lease_until = null, waiting_for = null, eta_at = null, rows_loaded = $5, summary = $6,
         problem = $7, internal_problem = $8, failure = $9, rows_rejected = (select count(*) from run_rejection where run_id = $1)
       where id = $1 and fence = $2 and state = 'running'`,
      [
        ending.runId,
        ending.fence,
        ending.state,
        toText(Math.min(ending.endedAt ?? now, now)),
        ending.rowsLoaded,
        ending.report === null ? null : toStorableJson(ending.report),
        ending.problem === null ? null : toShownText(ending.problem),
        ending.internalProblem === null ? null : toShownText(ending.internalProblem),
        ending.failure ?? null,
      ],
    )
    if (rowCount !== 1) return false
    await endOpenTasks(sql, ending.runId, now, 'cancelled', 'The run ended before this task did.')
    return true
  })
  if (ended) await settleOutcome(ctx, ending.runId)
  return ended
}

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

/** Closes the tasks that were under way when their attempt ended. */
export async function endOpenTasks(sql: Sql, runId: string, at: Instant, state: 'failed' | 'cancelled', problem: string): Promise<void> {
  await sql.query("update run_task set state = $3, ended_at = $2, problem = $4 where run_id = $1 and state = 'running'", [
    runId,
    toText(at),
    state,
    problem,
  ])
}
