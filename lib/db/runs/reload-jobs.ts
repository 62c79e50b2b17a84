import type { Sql } from '#lib/db/context.ts'
import { toInstant, toInstantOrNull, toText, toTextOrNull } from '#lib/db/instants.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { toShownText } from '#lib/domain/values/shown-text.ts'
import { jobNameSql } from './job-names.ts'

/** Lets a step that is a job of another system begin: a worker starts it, at once. */
export async function beginJobStep(sql: Sql, orderId: string, position: number, at: Instant): Promise<void> {
  await sql.query(
    `update reload_step set state = 'running', begun_at = $3, next_at = $3, claimed_until = null, failing_since = null, tried_at = null
     where order_id = $1 and position = $2`,
    [orderId, position, toText(at)],
  )
}

/** The connections that have to be asked now for what orders wait for. */
export async function listDueJobSteps(sql: Sql, now: Instant): Promise<string[]> {
  const { rows } = await sql.query<{ connection: string }>(
    `select distinct connection_key as connection from reload_step
     where job is not null and state = 'running' and next_at <= $1 and (claimed_until is null or claimed_until <= $1) order by 1`,
    [toText(now)],
  )
  return rows.map(({ connection }) => connection)
}

/** A step that is a job of another system, and waited for. */
export interface JobStep {
  orderId: string
  position: number
  job: string
  /** What its system calls the job, where that is another word. */
  jobName: string | null
  begunAt: Instant
  /** The order begins with it. */
  isFirst: boolean
  hasRun: boolean
  failingSince: Instant | null
  /** When its system was told to start it last, and may have begun a run. */
  triedAt: Instant | null
  problem: string | null
}

const COLUMNS = `
  t.order_id as "orderId", t.position, t.job, ${jobNameSql('t.connection_key', 't.job')} as "jobName", t.begun_at as "begunAt", t.external_run_id is not null as "hasRun", t.failing_since as "failingSince", t.tried_at as "triedAt",
  t.problem, not exists (select 1 from reload_step b where b.order_id = t.order_id and b.position < t.position) as "isFirst"`

type JobStepRow = Omit<JobStep, 'begunAt' | 'failingSince' | 'triedAt'> & { begunAt: Date; failingSince: Date | null; triedAt: Date | null }

function toStep(row: JobStepRow): JobStep {
  const { begunAt, failingSince, triedAt } = row
  return { ...row, begunAt: toInstant(begunAt), failingSince: toInstantOrNull(failingSince), triedAt: toInstantOrNull(triedAt) }
}

/** Takes the steps that a connection has to be asked about now, until then; none while somebody else asks it for any. Under the lock of all orders. */
export async function claimJobSteps(sql: Sql, connection: string, now: Instant, until: Instant): Promise<JobStep[]> {
  const { rows } = await sql.query<JobStepRow>(
    `update reload_step t set claimed_until = $3
     where t.connection_key = $1 and t.state = 'running' and t.next_at <= $2
       and not exists (select 1 from reload_step o where o.connection_key = $1 and o.state = 'running' and o.claimed_until > $2)
     returning ${COLUMNS}`,
    [connection, toText(now), toText(until)],
  )
  return rows.map(toStep)
}

/** Whether an order still waits for a step that was taken. */
export async function isWaitedFor(sql: Sql, { orderId, position }: Pick<JobStep, 'orderId' | 'position'>): Promise<boolean> {
  const { rowCount } = await sql.query(`select 1 from reload_step where order_id = $1 and position = $2 and state = 'running'`, [
    orderId,
    position,
  ])
  return rowCount === 1
}

/** Notes when a run of a step may have begun; null: none has. */
export async function noteTried(sql: Sql, { orderId, position }: Pick<JobStep, 'orderId' | 'position'>, at: Instant | null): Promise<void> {
  await sql.query('update reload_step set tried_at = $3 where order_id = $1 and position = $2', [orderId, position, toTextOrNull(at)])
}

/** Notes the run that does a step: also of one that nobody waits for any more, so that it shows what goes on. */
export async function noteJobRun(
  sql: Sql,
  { orderId, position }: Pick<JobStep, 'orderId' | 'position'>,
  run: { connection: string; externalId: string },
): Promise<void> {
  await sql.query(
    `update reload_step set external_run_id = (select id from external_run where connection_key = $3 and external_id = $4)
     where order_id = $1 and position = $2 and external_run_id is null`,
    [orderId, position, run.connection, run.externalId],
  )
}

export interface AskedJobStep extends Pick<JobStep, 'orderId' | 'position'> {
  /** When it is asked about again. */
  nextAt: Instant
  /** Why it could not be asked about; null: it was. */
  problem: string | null
}

/** Notes how asking about steps went, and gives them back. Answers those that are still waited for, as they are now. */
export async function noteAsked(sql: Sql, asked: readonly AskedJobStep[], now: Instant): Promise<JobStep[]> {
  const given = asked.map(({ orderId, position, nextAt, problem }) => ({
    order_id: orderId,
    position,
    next_at: toText(nextAt),
    problem: problem === null ? null : toShownText(problem),
  }))
  const { rows } = await sql.query<JobStepRow>(
    `update reload_step t set claimed_until = null, next_at = x.next_at, problem = x.problem,
       failing_since = case when x.problem is not null then coalesce(t.failing_since, $2) end
     from jsonb_to_recordset($1::jsonb) as x(order_id uuid, position int, next_at timestamptz, problem text)
     where t.order_id = x.order_id and t.position = x.position and t.state = 'running'
     returning ${COLUMNS}`,
    [JSON.stringify(given), toText(now)],
  )
  return rows.map(toStep)
}
