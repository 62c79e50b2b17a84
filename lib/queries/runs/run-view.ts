import type { Context } from '#lib/db/context.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { JOB_OF_RUN, type JobOfRunView } from './job-of-run.ts'
import { getOrdersOfRun, type OrderOfRun } from './reload-order.ts'
import { RUN_COLUMNS, type RunRow, SIGNS_COLUMNS, type SignsOfRun, TASKS_COLUMN, type TaskRow } from './run-rows.ts'

/** What changes while a run runs; also the answer of the API. */
export interface RunView extends RunRow, SignsOfRun {
  /** When this was read: what ages and paces are counted from. */
  now: Instant
  tasks: TaskRow[]
  /** Further steps, finished before those in `tasks`. */
  tasksOmitted: number
  /** Stage → what it counts → how many, as the flow names them. */
  counters: Record<string, Record<string, number>>
  /** Counts at the end, as the flow named them. */
  summary: Record<string, number | string> | null
  parameters: Record<string, unknown>
  requestedBy: string | null
  logLines: number
  /** The run of the same flow that goes on while this one waits to begin. */
  waitsForRun: string | null
  /** The job of another system that it is; null: it works here. */
  job: JobOfRunView | null
  /** The reloads that it runs for. */
  orders: OrderOfRun[]
}

const RUN = `
  select ${RUN_COLUMNS}, ${TASKS_COLUMN}, r.counters, r.summary -> 'counts' as summary, r.parameters, r.requested_by as "requestedBy",
    ${SIGNS_COLUMNS}, ${JOB_OF_RUN} as job,
    (select count(*)::int from run_task where run_id = r.id) as "tasksOmitted",
    (select count(*)::int from run_log where run_id = r.id) as "logLines",
    case when r.attempt = 0 and r.ended_at is null then (
      select o.id::text from run o where o.flow = r.flow and o.id <> r.id and o.ended_at is null and o.attempt > 0
      order by o.state = 'running' desc, o.scheduled_for limit 1
    ) end as "waitsForRun"
  from run r where r.id = $1`

/** A run as it is now; null for an id that names none. */
export async function getRunView(ctx: Context, id: string): Promise<RunView | null> {
  const { rows } = await ctx.pool.query<Omit<RunView, 'now' | 'orders'>>(RUN, [id])
  const row = rows[0]
  if (row === undefined) return null
  return { ...row, now: ctx.clock.now(), tasksOmitted: row.tasksOmitted - row.tasks.length, orders: await getOrdersOfRun(ctx, id) }
}
