import type { Sql } from '#lib/db/context.ts'
import { toInstant, toInstantOrNull, toText, toTextOrNull } from '#lib/db/instants.ts'
import { CLAIMABLE_STATES, type RunState } from '#lib/domain/runs/run.ts'
import { type RunHours, withinHours } from '#lib/domain/runs/trigger-conditions.ts'
import { quietFrom, type RunTrigger } from '#lib/domain/runs/triggers.ts'
import type { Instant } from '#lib/domain/time/instant.ts'

/** SQL: whether a run is a dry run, which changes nothing and proves nothing; `run` is its table's name in the statement. */
export const isDryRunSql = (run: string) => `${run}.parameters @> '{"dryRun": true}'`

/** SQL: whether a run does again what another one put aside: that makes nothing good that is not. */
export const isReplaySql = (run: string) => `${run}.parameters ? 'replay'`

export interface Run {
  id: string
  flow: string
  trigger: RunTrigger
  scheduledFor: Instant
  state: RunState
  attempt: number
  /** The newest claim's number; null before the first. */
  fence: number | null
  leaseOwner: string | null
  leaseUntil: Instant | null
  startedAt: Instant | null
  endedAt: Instant | null
  cancelAt: Instant | null
  waitingFor: string | null
  /** Since when it waits for nothing but what it requires contracts about; null: it waits for something else, or requires none. */
  lookFrom: Instant | null
  parameters: Record<string, unknown>
}

interface RunRow {
  id: string
  flow: string
  trigger: Run['trigger']
  scheduled_for: Date
  state: RunState
  attempt: number
  fence: string | null
  lease_owner: string | null
  lease_until: Date | null
  started_at: Date | null
  ended_at: Date | null
  cancel_at: Date | null
  waiting_for: string | null
  look_from: Date | null
  parameters: Record<string, unknown>
}

function toRun(row: RunRow): Run {
  return {
    id: row.id,
    flow: row.flow,
    trigger: row.trigger,
    scheduledFor: toInstant(row.scheduled_for),
    state: row.state,
    attempt: row.attempt,
    fence: row.fence === null ? null : Number(row.fence),
    leaseOwner: row.lease_owner,
    leaseUntil: toInstantOrNull(row.lease_until),
    startedAt: toInstantOrNull(row.started_at),
    endedAt: toInstantOrNull(row.ended_at),
    cancelAt: toInstantOrNull(row.cancel_at),
    waitingFor: row.waiting_for,
    lookFrom: toInstantOrNull(row.look_from),
    parameters: row.parameters,
  }
}

/** Locks a run until the transaction ends; undefined when there is none, or when somebody else holds it and `skipLocked`. */
export async function lockRun(sql: Sql, id: string, options: { skipLocked?: boolean } = {}): Promise<Run | undefined> {
  const { rows } = await sql.query<RunRow>(
    `select * from run where id = $1 for update ${options.skipLocked === true ? 'skip locked' : ''}`,
    [id],
  )
  return rows.map(toRun)[0]
}

/** Runs of one flow, or of all (null), that a worker could take now by their state and time, the longest expected first; dry runs after all others. */
export async function listDueRuns(sql: Sql, now: Instant, flow: string | null = null): Promise<Run[]> {
  const { rows } = await sql.query<RunRow>(
    `select * from run where state = any($1) and scheduled_for <= $2 and ($3::text is null or flow = $3)
     order by ${isDryRunSql('run')}, scheduled_for, created_at, id`,
    [[...CLAIMABLE_STATES], toText(now), flow],
  )
  return rows.map(toRun)
}

export async function getNextScheduledFor(sql: Sql, now: Instant): Promise<Instant | null> {
  const { rows } = await sql.query<{ at: Date | null }>(
    "select min(scheduled_for) as at from run where state in ('scheduled', 'overdue', 'crashed') and scheduled_for > $1",
    [toText(now)],
  )
  return toInstantOrNull(rows[0]?.at ?? null)
}

/** The states of a flow's runs scheduled in [since, now], without dry runs. */
export async function listRunsSince(
  sql: Sql,
  flow: string,
  since: Instant,
  now: Instant,
): Promise<{ state: RunState; scheduledFor: Instant }[]> {
  const { rows } = await sql.query<{ state: RunState; scheduled_for: Date }>(
    `select state, scheduled_for from run where flow = $1 and scheduled_for >= $2 and scheduled_for <= $3 and not ${isDryRunSql('run')}`,
    [flow, toText(since), toText(now)],
  )
  return rows.map((row) => ({ state: row.state, scheduledFor: toInstant(row.scheduled_for) }))
}

/** Whether another run of the same flow runs, or has begun and waits to go on. */
export async function isFlowBusy(sql: Sql, run: Run): Promise<boolean> {
  const { rowCount } = await sql.query(
    `select 1 from run where flow = $1 and id <> $2 and (state = 'running' or (state = any($3) and attempt > 0)) limit 1`,
    [run.flow, run.id, [...CLAIMABLE_STATES]],
  )
  return rowCount === 1
}

/** Makes the rows of ticks; those that are there already stay as they are. Answers how many are new. */
export async function insertTicks(
  sql: Sql,
  now: Instant,
  flow: string,
  ticks: readonly Instant[],
  state: 'scheduled' | 'missed',
): Promise<number> {
  if (ticks.length === 0) return 0
  const { rowCount } = await sql.query(
    `insert into run (id, flow, trigger, scheduled_for, created_at, state, ended_at)
     select gen_random_uuid(), $1, 'schedule', tick, $2, $3, case when $3 = 'missed' then tick end
     from unnest($4::timestamptz[]) as tick order by tick
     on conflict (flow, scheduled_for, trigger) do nothing`,
    [flow, toText(now), state, ticks.map(toText)],
  )
  return rowCount ?? 0
}

/** Scheduled runs of older ticks that nobody began become `missed`, as of the time they were meant for. */
export async function missOlderRuns(sql: Sql, flow: string, before: Instant): Promise<number> {
  const { rowCount } = await sql.query(
    `update run set state = 'missed', ended_at = scheduled_for, waiting_for = null
     where flow = $1 and trigger = 'schedule' and state in ('scheduled', 'overdue') and attempt = 0 and scheduled_for < $2`,
    [flow, toText(before)],
  )
  return rowCount ?? 0
}

/** Deletes future scheduled runs that nobody began: of one flow, whose times have changed, or of all flows that are gone (null). */
export async function deleteExpectedRuns(sql: Sql, now: Instant, flow: string | null): Promise<void> {
  await sql.query(
    `delete from run using flow where flow.name = run.flow and run.trigger = 'schedule' and run.state = 'scheduled' and run.attempt = 0
       and run.scheduled_for > $1 and case when $2::text is null then flow.removed_at is not null else run.flow = $2 end`,
    [toText(now), flow],
  )
}

/** Deletes the planned runs of a flow from an instant on that nobody began, and its next run. */
export async function takeBackTicks(sql: Sql, flow: string, from: Instant): Promise<void> {
  await sql.query(
    `delete from run where flow = $1 and trigger = 'schedule' and state in ('scheduled', 'overdue') and attempt = 0 and scheduled_for >= $2`,
    [flow, toText(from)],
  )
  await sql.query('update flow set next_run_at = null where name = $1 and next_run_at is not null', [flow])
}

/** Cancels what waits of flows that have left the catalogue. */
export async function cancelRunsOfRemovedFlows(sql: Sql, now: Instant): Promise<string[]> {
  const { rows } = await sql.query<{ id: string }>(
    `update run set state = 'cancelled', ended_at = $1, waiting_for = null, problem = 'The flow is no longer in the catalogue.', lease_owner = 'planner'
     from flow where flow.name = run.flow and flow.removed_at is not null and run.state = any($2) returning run.id`,
    [toText(now), [...CLAIMABLE_STATES]],
  )
  return rows.map((row) => row.id)
}

export async function setNextRun(sql: Sql, flow: string, at: Instant | null): Promise<void> {
  await sql.query('update flow set next_run_at = $2 where name = $1', [flow, toTextOrNull(at)])
}

export async function setWaitingFor(sql: Sql, runId: string, words: string | null): Promise<void> {
  await sql.query(
    "update run set waiting_for = $2 where id = $1 and state in ('scheduled', 'overdue') and attempt = 0 and waiting_for is distinct from $2",
    [runId, words],
  )
}

/** Keeps since when a run waits for nothing but what it requires contracts about. */
export async function setLookFrom(sql: Sql, { id, lookFrom }: Run, at: Instant | null): Promise<void> {
  if (lookFrom !== at) await sql.query('update run set look_from = $2 where id = $1', [id, toTextOrNull(at)])
}

/** Runs whose time came before `before`, that wait for nothing and that no worker took, become `overdue`. */
export async function markOverdue(sql: Sql, before: Instant): Promise<number> {
  const { rowCount } = await sql.query(
    "update run set state = 'overdue' where state = 'scheduled' and waiting_for is null and scheduled_for < $1",
    [toText(before)],
  )
  return rowCount ?? 0
}

/** Plans a run that has not begun, and that no order wants, for a later time, after those that are planned for it; false where it is another one. */
export async function planRunFor(sql: Sql, { id, flow, trigger }: Run, at: Instant): Promise<boolean> {
  const { rowCount } = await sql.query(
    `update run set state = 'scheduled', waiting_for = null, scheduled_for = coalesce((
       select max(scheduled_for) + interval '1 ms' from run
       where flow = $2 and trigger = $3 and scheduled_for >= $4 and scheduled_for < $4::timestamptz + interval '1 s'
     ), $4)
     where id = $1 and attempt = 0 and state in ('scheduled', 'overdue') and not exists (select from reload_step where run_id = $1)`,
    [id, flow, trigger, toText(at)],
  )
  return rowCount === 1
}

/** Puts a run that waits for its time, and that something asked for again, off until it has been quiet and may begin; no longer than its debounce allows, and never forward. */
export async function putOffRun(
  sql: Sql,
  runId: string,
  now: Instant,
  { debounceMs, when }: { debounceMs: number; when: RunHours | null },
): Promise<void> {
  const { rows } = await sql.query<{ created_at: Date }>(
    "select created_at from run where id = $1 and state = 'scheduled' and attempt = 0 and trigger not in ('schedule', 'manual') and scheduled_for > $2",
    [runId, toText(now)],
  )
  const [run] = rows
  if (run === undefined) return
  const at = withinHours(quietFrom({ firstAt: toInstant(run.created_at), lastAt: now, debounceMs }), when)
  await sql.query(
    `update run r set scheduled_for = $2 where id = $1 and scheduled_for < $2
       and not exists (select from run o where o.flow = r.flow and o.trigger = r.trigger and o.scheduled_for = $2)`,
    [runId, toText(at)],
  )
}

/** A run that is put off may begin now: somebody wants it. */
export async function hurryRun(sql: Sql, runId: string, now: Instant): Promise<void> {
  await sql.query(
    `update run r set scheduled_for = $2 where id = $1 and attempt = 0 and scheduled_for > $2
       and not exists (select from run o where o.flow = r.flow and o.trigger = r.trigger and o.scheduled_for = $2)`,
    [runId, toText(now)],
  )
}
