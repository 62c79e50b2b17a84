import type { Sql } from '#lib/db/context.ts'
import { toText, toTextOrNull } from '#lib/db/instants.ts'
import { toStorableJson } from '#lib/db/storable-json.ts'
import type { RunState } from '#lib/domain/runs/run.ts'
import type { RunReport } from '#lib/domain/runs/run-outcome.ts'
import type { Instant } from '#lib/domain/time/instant.ts'

/** A run that no worker of Tidemark executed: of the scheduler before it, or of the demo. */
export interface PastRun {
  flow: string
  trigger: 'schedule' | 'manual' | 'file'
  scheduledFor: Instant
  /** When it was planned or asked for. */
  createdAt: Instant
  requestedBy: string | null
  state: Extract<RunState, 'completed' | 'partial' | 'failed' | 'timed-out' | 'cancelled' | 'missed'>
  /** null: it never began. */
  startedAt: Instant | null
  endedAt: Instant
  rowsLoaded: number
  report: RunReport | null
  /** In public words, and in an engineer's. */
  problem: string | null
  internalProblem: string | null
  /** How it failed, apart from its words, where that is known. */
  failure?: string | null
  /** By stage: { terms: { asked: 40, found: 37 } }. */
  counters: Record<string, Record<string, number>>
  tasks: readonly PastTask[]
  log: readonly { at: Instant; level: 'info' | 'warn' | 'error'; message: string }[]
  rejections: readonly { task: string; key: string; reason: string; at: Instant }[]
}

export interface PastTask {
  name: string
  state: 'completed' | 'failed' | 'cancelled'
  tries: number
  startedAt: Instant
  endedAt: Instant
  problem: string | null
}

interface StoredRun {
  id: string
  run: PastRun
}

const BEGUN_ONCE = 1

function nameOf(run: { flow: string; trigger: string; scheduledFor: Instant }): string {
  return `${run.flow} ${run.trigger} ${run.scheduledFor}`
}

/**
 * Stores runs that are over, with their tasks, logs and refused rows, and answers the ids of those that are new. A row that only
 * waited for the run becomes it; a run that has begun or is over already stays as it is.
 */
export async function insertPastRuns(sql: Sql, runs: readonly PastRun[]): Promise<string[]> {
  const stored = await insertRuns(sql, runs)
  await insertTasks(sql, stored)
  await insertLogs(sql, stored)
  await insertRejections(sql, stored)
  return stored.map(({ id }) => id)
}

async function insertRuns(sql: Sql, runs: readonly PastRun[]): Promise<StoredRun[]> {
  const rows = runs.map((run) => ({
    ...{
      flow: run.flow,
      trigger: run.trigger,
      scheduled_for: toText(run.scheduledFor),
      created_at: toText(run.createdAt),
      state: run.state,
    },
    ...{ attempt: run.startedAt === null ? 0 : BEGUN_ONCE, started_at: toTextOrNull(run.startedAt), ended_at: toText(run.endedAt) },
    ...{ requested_by: run.requestedBy, rows_loaded: run.rowsLoaded, rows_rejected: run.rejections.length, summary: run.report },
    ...{ counters: run.counters, problem: run.problem, internal_problem: run.internalProblem, failure: run.failure ?? null },
  }))
  const found = await sql.query<{ id: string; flow: string; trigger: string; scheduled_for: Date }>(
    `insert into run (id, flow, trigger, scheduled_for, created_at, state, attempt, fence, started_at, ended_at, requested_by,
       rows_loaded, rows_rejected, summary, counters, problem, internal_problem, failure)
     select gen_random_uuid(), flow, trigger, scheduled_for, created_at, state, attempt, case when attempt > 0 then nextval('run_fence') end,
       started_at, ended_at, requested_by, rows_loaded, rows_rejected, summary, counters, problem, internal_problem, failure
     from (
       select * from json_to_recordset($1::json) as x(flow text, trigger text, scheduled_for timestamptz, created_at timestamptz, state text,
         attempt int, started_at timestamptz, ended_at timestamptz, requested_by text, rows_loaded bigint, rows_rejected bigint, summary json,
         counters json, problem text, internal_problem text, failure text)
       order by coalesce(started_at, scheduled_for)
     ) x
     on conflict (flow, scheduled_for, trigger) do update set
       state = excluded.state, attempt = excluded.attempt, fence = excluded.fence, started_at = excluded.started_at, ended_at = excluded.ended_at,
       rows_loaded = excluded.rows_loaded, rows_rejected = excluded.rows_rejected, summary = excluded.summary, counters = excluded.counters,
       problem = excluded.problem, internal_problem = excluded.internal_problem, failure = excluded.failure, waiting_for = null
     where run.state in ('scheduled', 'overdue') and run.attempt = 0
     returning id, flow, trigger, scheduled_for`,
    [toStorableJson(rows)],
  )
  const ids = new Map(found.rows.map((row) => [nameOf({ ...row, scheduledFor: row.scheduled_for.getTime() }), row.id]))
  return runs.flatMap((run) => {
    const id = ids.get(nameOf(run))
    return id === undefined ? [] : [{ id, run }]
  })
}

async function insertTasks(sql: Sql, stored: readonly StoredRun[]): Promise<void> {
  const rows = stored.flatMap(({ id, run }) =>
    run.tasks.map(({ name, state, tries, startedAt, endedAt, problem }) => ({
      ...{ run_id: id, name, state, tries, started_at: toText(startedAt), ended_at: toText(endedAt), problem },
    })),
  )
  await sql.query(
    `insert into run_task (run_id, attempt, name, state, tries, started_at, ended_at, problem)
     select run_id, ${BEGUN_ONCE}, name, state, tries, started_at, ended_at, problem
     from jsonb_to_recordset($1::jsonb)
       as x(run_id uuid, name text, state text, tries int, started_at timestamptz, ended_at timestamptz, problem text)`,
    [toStorableJson(rows)],
  )
}

async function insertLogs(sql: Sql, stored: readonly StoredRun[]): Promise<void> {
  const rows = stored.flatMap(({ id, run }) => run.log.map((entry) => ({ ...entry, run_id: id, at: toText(entry.at) })))
  await sql.query(
    `insert into run_log (run_id, attempt, at, level, message)
     select run_id, ${BEGUN_ONCE}, at, level, message
     from jsonb_to_recordset($1::jsonb) as x(run_id uuid, at timestamptz, level text, message text)`,
    [toStorableJson(rows)],
  )
}

async function insertRejections(sql: Sql, stored: readonly StoredRun[]): Promise<void> {
  const rows = stored.flatMap(({ id, run }) => run.rejections.map((one) => ({ ...one, run_id: id, at: toText(one.at) })))
  await sql.query(
    `insert into run_rejection (run_id, task, key, reason, at)
     select run_id, task, key, reason, at from jsonb_to_recordset($1::jsonb) as x(run_id uuid, task text, key text, reason text, at timestamptz)`,
    [toStorableJson(rows)],
  )
}
