import type { Context } from '#lib/db/context.ts'
import { isDryRunSql } from '#lib/db/runs/runs.ts'
import type { RunState } from '#lib/domain/runs/run.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { instant } from '#lib/queries/shared/instant-column.ts'

export interface RunRow {
  id: string
  flow: string
  trigger: string
  state: RunState
  /** It reads and says what would change; it changes nothing and proves nothing. */
  isDryRun: boolean
  attempt: number
  scheduledFor: Instant
  startedAt: Instant | null
  endedAt: Instant | null
  /** Asked to stop; it is still stopping while it runs. */
  cancelAt: Instant | null
  waitingFor: string | null
  progressDone: number | null
  progressTotal: number | null
  etaAt: Instant | null
  /** null: its work is done by another system, which counts none. */
  rowsLoaded: number | null
  /** So far, while it goes on. */
  rowsRejected: number
  problem: string | null
}

export interface TaskRow {
  attempt: number
  name: string
  state: 'running' | 'completed' | 'failed' | 'cancelled'
  tries: number
  startedAt: Instant
  endedAt: Instant | null
  problem: string | null
  /** Stretches in which it waited to be tried again, oldest first. */
  waits: { from: Instant; until: Instant }[]
}

export interface LogLine {
  id: number
  attempt: number
  at: Instant
  level: string
  message: string
}

export interface RunDetail extends RunRow {
  tasks: TaskRow[]
  log: LogLine[]
}

/** SQL: nobody counts the rows of a run `r`; what a job of another system did before it failed nobody tells. */
const IS_UNCOUNTED = `(r.summary ->> 'isUncounted' = 'true' or r.summary is null and r.ended_at is not null and exists (select from job_of_run j where j.run_id = r.id))`

/** The columns of a run `r`, as `RunRow` names them. */
export const RUN_COLUMNS = `
  r.id::text, r.flow, r.trigger, r.state, ${isDryRunSql('r')} as "isDryRun", r.attempt, ${instant('r.scheduled_for')} as "scheduledFor",
  ${instant('r.started_at')} as "startedAt", ${instant('r.ended_at')} as "endedAt", ${instant('r.cancel_at')} as "cancelAt",
  r.waiting_for as "waitingFor", r.progress_done::float8 as "progressDone", r.progress_total::float8 as "progressTotal",
  ${instant('r.eta_at')} as "etaAt", case when ${IS_UNCOUNTED} then null else r.rows_loaded end::float8 as "rowsLoaded", r.problem,
  case when r.ended_at is null and r.attempt > 0 then (select count(*) from run_rejection where run_id = r.id) else r.rows_rejected end::float8
    as "rowsRejected"`

/** What tells whether the worker of a run is alive (`lib/domain/runs/liveness.ts`). */
export interface SignsOfRun {
  leaseUntil: Instant | null
  /** The newest line of the log, start or end of a step. */
  reportedAt: Instant | null
}

/** The columns of a run `r`, as `SignsOfRun` names them. */
export const SIGNS_COLUMNS = `
  ${instant('r.lease_until')} as "leaseUntil",
  greatest(
    (select ${instant('at')} from run_log where run_id = r.id order by id desc limit 1),
    (select ${instant('max(greatest(started_at, ended_at))')} from run_task where run_id = r.id)
  ) as "reportedAt"`

/** However many steps a flow makes, a screen shows no more: those that run, then those that failed, then the newest. */
export const TASKS_SHOWN = 150

/** A run's steps in order, as JSON. */
export const TASKS_COLUMN = `
  coalesce((
    select json_agg(json_build_object('attempt', t.attempt, 'name', t.name, 'state', t.state, 'tries', t.tries,
      'startedAt', ${instant('t.started_at')}, 'endedAt', ${instant('t.ended_at')}, 'problem', t.problem,
      'waits', coalesce(t.detail -> 'waits', '[]')) order by t.started_at, t.id)
    from (
      select * from run_task where run_id = r.id
      order by state = 'running' desc, state = 'failed' desc, started_at desc, id desc limit ${TASKS_SHOWN}
    ) t
  ), '[]') as tasks`

const LOG_SHOWN = 20

const RECENT = `
  select ${RUN_COLUMNS}, ${TASKS_COLUMN},
    coalesce((
      select json_agg(json_build_object('id', l.id, 'attempt', l.attempt, 'at', ${instant('l.at')}, 'level', l.level, 'message', l.message) order by l.id)
      from (select * from run_log where run_id = r.id order by id desc limit ${LOG_SHOWN}) l
    ), '[]') as log
  from run r where r.flow = any($1::text[]) and r.state <> 'scheduled' and not ($3 and ${isDryRunSql('r')})
  order by r.scheduled_for desc, r.created_at desc limit $2`

/** The latest runs of these flows, newest first; runs that are only planned are left out, and where only `loads` are wanted dry runs, too. */
export async function getRecentRuns(
  ctx: Context,
  flows: readonly string[],
  limit: number,
  options: { loads?: boolean } = {},
): Promise<RunDetail[]> {
  if (flows.length === 0) return []
  const { rows } = await ctx.pool.query<RunDetail>(RECENT, [flows, limit, options.loads ?? false])
  return rows
}
