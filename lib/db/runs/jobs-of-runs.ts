import type { Sql } from '#lib/db/context.ts'
import { toInstant, toInstantOrNull, toText, toTextOrNull } from '#lib/db/instants.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { toShownText } from '#lib/domain/values/shown-text.ts'
import { loadExternalRuns, type StoredExternalRun } from './external-runs.ts'

/** A run of a flow that is a job of another system. */
export interface JobOfRun {
  runId: string
  connection: string
  job: string
  /** When its system was told to start it last, and may have begun a run. */
  triedAt: Instant | null
  /** Its run there; null: none is known yet. */
  externalId: string | null
}

interface Row {
  run_id: string
  connection_key: string
  job: string
  tried_at: Date | null
  external_id: string | null
}

const toJobOfRun = (row: Row): JobOfRun => ({
  runId: row.run_id,
  connection: row.connection_key,
  job: row.job,
  triedAt: toInstantOrNull(row.tried_at),
  externalId: row.external_id,
})

/** Notes which job a run is, once, and answers how far that has come. */
export async function noteJobOfRun(
  sql: Sql,
  { runId, connection, job }: Pick<JobOfRun, 'runId' | 'connection' | 'job'>,
): Promise<JobOfRun> {
  await sql.query('insert into job_of_run (run_id, connection_key, job) values ($1, $2, $3) on conflict (run_id) do nothing', [
    runId,
    connection,
    job,
  ])
  const { rows } = await sql.query<Row>('select * from job_of_run where run_id = $1', [runId])
  const [found] = rows.map(toJobOfRun)
  if (found === undefined) throw new Error('the job of a run has vanished')
  return found
}

/** An attempt, which writes nothing once another one has its run. */
export interface HeldRun {
  runId: string
  fence: number
}

const HELD = "exists (select from run where id = $1 and fence = $2 and state = 'running')"

/** Notes when a run may have been begun there; null: none has. False: the attempt no longer holds its run. */
export async function noteJobTried(sql: Sql, { runId, fence }: HeldRun, at: Instant | null): Promise<boolean> {
  const { rowCount } = await sql.query(`update job_of_run set tried_at = $3 where run_id = $1 and ${HELD}`, [
    runId,
    fence,
    toTextOrNull(at),
  ])
  return rowCount === 1
}

/** Notes the run there of a run: also of one that was stopped meanwhile, so that it is cancelled. One that was seen before ours began it is no other. */
export async function noteJobBegun(sql: Sql, runId: string, run: { connection: string; externalId: string }): Promise<void> {
  await sql.query(
    `update job_of_run set external_id = $3, external_run_id = x.id, url = x.url
     from external_run x where run_id = $1 and x.connection_key = $2 and x.external_id = $3`,
    [runId, run.connection, run.externalId],
  )
  await sql.query(
    `delete from run r using job_of_run j where j.run_id = r.id and j.connection_key = $2 and j.external_id = $3 and r.id <> $1
       and r.trigger = 'elsewhere' and r.attempt = 0 and r.state in ('scheduled', 'overdue')`,
    [runId, run.connection, run.externalId],
  )
}

/** The run there of a run as it was told last, and when its connection was asked for its runs last; null: none is known, or it was forgotten. */
export async function loadJobRun(
  sql: Sql,
  { connection, externalId }: Pick<JobOfRun, 'connection' | 'externalId'>,
): Promise<{ run: StoredExternalRun | null; askedAt: Instant | null }> {
  const run = externalId === null ? undefined : (await loadExternalRuns(sql, connection, [externalId])).get(externalId)
  const { rows } = await sql.query<{ at: Date | null }>('select runs_asked_at as at from connection_state where key = $1', [connection])
  return { run: run ?? null, askedAt: toInstantOrNull(rows[0]?.at ?? null) }
}

/**
 * From when on a run there does what a run of ours wants: since its tick, or since all that asked for it was taken; null, whenever it began, where somebody asked by
 * hand and nothing of an order ran before.
 */
export async function getWantedSince(sql: Sql, runId: string): Promise<Instant | null> {
  const { rows } = await sql.query<{ since: Date | null }>(
    `select case when r.trigger <> 'manual' or exists (
       select from reload_step t join reload_step b on b.order_id = t.order_id and b.position < t.position where t.run_id = r.id
     ) then case when r.trigger in ('schedule', 'manual') then r.scheduled_for else coalesce(r.started_at, r.scheduled_for) end end as since
     from run r where r.id = $1`,
    [runId],
  )
  return toInstantOrNull(rows[0]?.since ?? null)
}

/**
 * Wants the run there of a run cancelled that was stopped here: by somebody, or, where it was begun for ours, because it took too long. Doing it twice changes nothing.
 */
export async function wantJobCancelled(sql: Sql, runId: string, now: Instant): Promise<void> {
  await sql.query(
    `update job_of_run j set cancel_since = $2, cancel_due_at = $2 from run r
     where j.run_id = $1 and r.id = j.run_id and j.cancel_since is null and coalesce(j.external_id, j.tried_at::text) is not null
       and (r.state = 'cancelled' or r.state = 'timed-out' and r.trigger <> 'elsewhere')
       and not exists (select from external_run x where x.id = j.external_run_id and x.ended_at is not null)`,
    [runId, toText(now)],
  )
}

/** The connections that have to be told now to cancel a run. */
export async function listDueCancels(sql: Sql, now: Instant): Promise<string[]> {
  const { rows } = await sql.query<{ connection: string }>(
    'select distinct connection_key as connection from job_of_run where cancel_due_at <= $1 order by 1',
    [toText(now)],
  )
  return rows.map(({ connection }) => connection)
}

/** A run there that is to be cancelled. */
export interface JobToCancel extends JobOfRun {
  since: Instant
}

/** What a connection has to be told to cancel now, each put off so long that nobody else tells it at the same time. */
export async function takeDueCancels(sql: Sql, connection: string, now: Instant, until: Instant): Promise<JobToCancel[]> {
  const { rows } = await sql.query<Row & { cancel_since: Date }>(
    'update job_of_run set cancel_due_at = $3 where connection_key = $1 and cancel_due_at <= $2 returning *',
    [connection, toText(now), toText(until)],
  )
  return rows.map((row) => ({ ...toJobOfRun(row), since: toInstant(row.cancel_since) }))
}

/** How telling a system to cancel a run went. */
export interface CancelNote {
  /** It took that, or there is nothing to cancel. */
  isDone: boolean
  /** When it is told again; null: it is not. */
  againAt: Instant | null
  problem: string | null
}

/** Notes how it went. */
export async function noteCancel(sql: Sql, runId: string, { isDone, againAt, problem }: CancelNote, now: Instant): Promise<void> {
  await sql.query(
    `update job_of_run set cancelled_at = case when $2 then $3::timestamptz end, cancel_due_at = $4, cancel_problem = $5
     where run_id = $1 and cancel_since is not null`,
    [runId, isDone, toText(now), toTextOrNull(againAt), problem === null ? null : toShownText(problem)],
  )
}
