import type { Context } from '#lib/db/context.ts'
import type { RunState } from '#lib/domain/runs/run.ts'
import type { Instant } from '#lib/domain/time/instant.ts'

export async function insertFlow(
  ctx: Context,
  flow: { name: string; cron: string; after?: string[]; zone?: string; timeoutMs?: number },
): Promise<void> {
  await ctx.pool.query('insert into flow (name, cron, zone, after, settings) values ($1, $2, $3, $4, $5)', [
    flow.name,
    flow.cron,
    flow.zone ?? 'America/New_York',
    flow.after ?? [],
    JSON.stringify({
      timeoutMs: flow.timeoutMs ?? 4 * 3_600_000,
      rejectTolerance: 0.01,
      connections: {},
      parameters: { fromCatalogue: true },
    }),
  ])
}

interface SeenRun {
  id: string
  trigger: string
  at: string
  state: RunState
  attempt: number
  waitingFor: string | null
  problem: string | null
}

export async function runsOf(ctx: Context, flow: string): Promise<SeenRun[]> {
  const { rows } = await ctx.pool.query(
    'select id, trigger, scheduled_for, state, attempt, waiting_for, problem from run where flow = $1 order by scheduled_for, trigger',
    [flow],
  )
  return rows.map((row) => ({
    id: row.id,
    trigger: row.trigger,
    at: row.scheduled_for.toISOString().slice(0, 16),
    state: row.state,
    attempt: row.attempt,
    waitingFor: row.waiting_for,
    problem: row.problem,
  }))
}

export async function setRunState(ctx: Context, id: string, state: RunState, endedAt?: Instant): Promise<void> {
  await ctx.pool.query('update run set state = $2, ended_at = $3, started_at = coalesce(started_at, scheduled_for) where id = $1', [
    id,
    state,
    endedAt === undefined ? null : new Date(endedAt),
  ])
}
