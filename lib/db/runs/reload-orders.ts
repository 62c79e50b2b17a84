import type { Sql } from '#lib/db/context.ts'
import { toText } from '#lib/db/instants.ts'
import { toStorableJson } from '#lib/db/storable-json.ts'
import type { OrderState, StepNow, StepState } from '#lib/domain/orders/order-progress.ts'
import type { StepWork } from '#lib/domain/orders/steps-to-reload.ts'
import type { RunState } from '#lib/domain/runs/run.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { toShownText } from '#lib/domain/values/shown-text.ts'
import { ADVISORY_LOCKS } from '#lib/platform/postgres/advisory-locks.ts'
import { jobNameSql } from './job-names.ts'

/** Whatever gives, moves or ends an order does so one after the other, until its transaction ends. Take it before any row. */
export async function lockOrders(sql: Sql): Promise<void> {
  await sql.query('select pg_advisory_xact_lock($1)', [ADVISORY_LOCKS.reloadOrders])
}

export interface ReloadOrderRow {
  id: string
  feedId: number
  state: OrderState
  createdAt: Instant
  orderedBy: string | null
  joinedBy: string[]
  reason: string | null
  /** What the feed's own flow is told. */
  parameters: Record<string, unknown>
}

const ORDER = `
  select id, feed_id as "feedId", state, (extract(epoch from created_at) * 1000)::float8 as "createdAt", ordered_by as "orderedBy", joined_by as "joinedBy",
    reason, parameters
  from reload_order`

/** The open order of a feed, locked; undefined when there is none. */
export async function findOpenOrder(sql: Sql, feedId: number): Promise<ReloadOrderRow | undefined> {
  return (await sql.query<ReloadOrderRow>(`${ORDER} where feed_id = $1 and state = 'open' for update`, [feedId])).rows[0]
}

/** An order by its id, locked; undefined when there is none. */
export async function lockOrder(sql: Sql, id: string): Promise<ReloadOrderRow | undefined> {
  return (await sql.query<ReloadOrderRow>(`${ORDER} where id::text = lower($1) for update`, [id])).rows[0]
}

/** The open orders that a run stands in, or all (null), the oldest first. */
export async function listOpenOrderIds(sql: Sql, runId: string | null): Promise<string[]> {
  const { rows } = await sql.query<{ id: string }>(
    `select o.id from reload_order o
     where o.state = 'open' and ($1::uuid is null or exists (select 1 from reload_step t where t.order_id = o.id and t.run_id = $1))
     order by o.created_at, o.id`,
    [runId],
  )
  return rows.map(({ id }) => id)
}

export interface NewOrder {
  feedId: number
  at: Instant
  actorKind: string
  orderedBy: string | null
  reason: string | null
  parameters: Record<string, unknown>
}

export async function insertOrder(sql: Sql, order: NewOrder): Promise<string> {
  const { rows } = await sql.query<{ id: string }>(
    `insert into reload_order (feed_id, created_at, actor_kind, ordered_by, reason, parameters) values ($1, $2, $3, $4, $5, $6) returning id`,
    [
      order.feedId,
      toText(order.at),
      order.actorKind,
      order.orderedBy,
      order.reason === null ? null : toShownText(order.reason),
      toStorableJson(order.parameters),
    ],
  )
  return rows[0]?.id ?? ''
}

/** A step to come; `runId`: the run that does it already. */
export interface NewStep extends StepWork {
  runId?: string
}

/** Adds steps at the end of an order; one that has a run already is running. */
export async function addSteps(sql: Sql, orderId: string, steps: readonly NewStep[]): Promise<void> {
  await sql.query(
    `insert into reload_step (order_id, position, flow, connection_key, job, run_id, state)
     select $1, coalesce((select max(position) from reload_step where order_id = $1), 0) + x.place,
       case when x.kind = 'flow' then x.name end, case when x.kind = 'job' then split_part(x.name, '/', 1) end,
       case when x.kind = 'job' then substr(x.name, strpos(x.name, '/') + 1) end, x.run, case when x.run is null then 'waiting' else 'running' end
     from unnest($2::text[], $3::text[], $4::uuid[]) with ordinality as x(kind, name, run, place)`,
    [orderId, steps.map(({ kind }) => kind), steps.map(({ name }) => name), steps.map(({ runId }) => runId ?? null)],
  )
}

/** Somebody else stands on an order, too; each name once. */
export async function joinOrder(sql: Sql, orderId: string, name: string): Promise<void> {
  await sql.query(
    `update reload_order set joined_by = joined_by || $2::text
     where id = $1 and ordered_by is distinct from $2 and not $2 = any(joined_by) and cardinality(joined_by) < 50`,
    [orderId, name],
  )
}

export interface StepRow {
  position: number
  /** Null: it is a job of another system. */
  flow: string | null
  /** `<connection>/<job>`. */
  job: string | null
  /** What its system calls the job, where that is another word. */
  jobName: string | null
  state: StepState
  runId: string | null
  externalRunId: string | null
  /** Whether the catalogue in force has its flow, or can start its job. */
  canBegin: boolean
  /** That of our flow, or of the job there. */
  run: { state: RunState; problem: string | null } | null
}

/** The steps of an order with how their runs stand, in their order. */
export async function listSteps(sql: Sql, orderId: string): Promise<StepRow[]> {
  const { rows } = await sql.query<StepRow>(
    `select t.position, t.flow, t.connection_key || '/' || t.job as job, ${jobNameSql('t.connection_key', 't.job')} as "jobName", t.state, t.run_id as "runId", t.external_run_id as "externalRunId",
       exists (select 1 from flow f where f.name = t.flow and f.removed_at is null)
         or exists (select 1 from job_starter c where c.key = t.connection_key) as "canBegin",
       case when coalesce(r.id, e.id) is not null
         then json_build_object('state', coalesce(r.state, e.state), 'problem', coalesce(r.problem, e.error)) end as run
     from reload_step t left join run r on r.id = t.run_id left join external_run e on e.id = t.external_run_id
     where t.order_id = $1 order by t.position`,
    [orderId],
  )
  return rows
}

/** Writes how steps stand, where that has changed; only of those that stood so before, where that is said. */
export async function updateSteps(sql: Sql, orderId: string, steps: readonly StepNow[], only: { from?: StepState } = {}): Promise<void> {
  await sql.query(
    `update reload_step t set state = x.state, problem = x.problem, run_id = case when x.state = 'waiting' then null else t.run_id end
     from jsonb_to_recordset($2::jsonb) as x(position int, state text, problem text)
     where t.order_id = $1 and t.position = x.position and t.state <> x.state and ($3::text is null or t.state = $3)`,
    [orderId, JSON.stringify(steps), only.from ?? null],
  )
}

export async function beginStep(sql: Sql, orderId: string, position: number, runId: string): Promise<void> {
  await sql.query(`update reload_step set state = 'running', run_id = $3 where order_id = $1 and position = $2`, [orderId, position, runId])
}

export async function endOrder(sql: Sql, orderId: string, state: Exclude<OrderState, 'open'>, at: Instant): Promise<void> {
  await sql.query('update reload_order set state = $2, ended_at = $3 where id = $1', [orderId, state, toText(at)])
}

/** Whether a feed is in the catalogue in force. */
export async function isFeedInForce(sql: Sql, feedId: number): Promise<boolean> {
  return (await sql.query('select 1 from subject where id = $1 and removed_at is null', [feedId])).rowCount === 1
}

export interface WrittenFeed {
  id: number
  key: string
  name: string
}

/** The feeds a flow writes, in the order of their ids. */
export async function listFeedsOfFlow(sql: Sql, flow: string): Promise<WrittenFeed[]> {
  const { rows } = await sql.query<WrittenFeed>(
    `select distinct fs.id, fs.key, fs.name
     from asset a join subject s on s.id = a.subject_id and s.removed_at is null join subject fs on fs.id = a.feed_id and fs.removed_at is null
     where a.flow = $1 order by fs.id`,
    [flow],
  )
  return rows
}

/** A line in the log of a run that says for whom it runs. */
export async function noteInLog(sql: Sql, runId: string, at: Instant, message: string): Promise<void> {
  await sql.query(
    `insert into run_log (run_id, attempt, at, level, message) select id, greatest(attempt, 1), $2, 'info', $3 from run where id = $1`,
    [runId, toText(at), toShownText(message)],
  )
}

/** What a run is told, over what the catalogue says now; null when it has vanished. */
export async function getTold(sql: Sql, runId: string): Promise<Record<string, unknown> | null> {
  const { rows } = await sql.query<{ told: Record<string, unknown> }>(
    `select coalesce(f.settings -> 'parameters', '{}') || r.parameters as told from run r join flow f on f.name = r.flow where r.id = $1`,
    [runId],
  )
  return rows[0]?.told ?? null
}
