import type { Context } from '#lib/db/context.ts'
import { isDryRunSql } from '#lib/db/runs/runs.ts'
import type { OrderState } from '#lib/domain/orders/order-progress.ts'
import type { RunState } from '#lib/domain/runs/run.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { instant } from '#lib/queries/shared/instant-column.ts'
import type { DayPassed } from './day-passed.ts'

/** Somebody had a feed reloaded. */
export interface DayReload {
  id: string
  at: Instant
  endedAt: Instant | null
  by: string | null
  reason: string | null
  state: OrderState
  feedId: number
  feedKey: string
  feedName: string
}

/** Somebody ran a flow. */
export interface DayHandRun {
  id: string
  at: Instant
  by: string | null
  flow: string
  state: RunState
}

/** Announced work or a pause that reached into a day. */
export interface DayWindowRow {
  id: number
  kind: 'maintenance' | 'paused'
  /** null = everything. */
  subject: { kind: 'group' | 'feed' | 'asset' | 'flow'; key: string; name: string } | null
  from: Instant
  until: Instant | null
  note: string | null
}

const SHOWN = 40

const ORDERS = `
  select o.id::text, ${instant('o.created_at')} as at, ${instant('o.ended_at')} as "endedAt", o.ordered_by as by, o.reason, o.state,
    s.id as "feedId", s.key as "feedKey", s.name as "feedName"
  from reload_order o join subject s on s.id = o.feed_id
  where o.created_at >= $1 and o.created_at < $2 order by o.created_at limit ${SHOWN}`

/** Those of an order are told with it. */
const BY_HAND = `
  select r.id::text, ${instant('r.created_at')} as at, r.requested_by as by, r.flow, r.state
  from run r
  where r.trigger = 'manual' and r.scheduled_for >= $1 and r.scheduled_for < $2 and not ${isDryRunSql('r')}
    and not exists (select from reload_step t where t.run_id = r.id)
  order by r.scheduled_for limit ${SHOWN}`

/** What people had done on a day, in order of time: reloads, and runs that belong to none. */
export async function getDayHands(ctx: Context, { start, until }: DayPassed): Promise<{ reloads: DayReload[]; byHand: DayHandRun[] }> {
  const values = [new Date(start), new Date(until)]
  const [orders, runs] = await Promise.all([ctx.pool.query<DayReload>(ORDERS, values), ctx.pool.query<DayHandRun>(BY_HAND, values)])
  return { reloads: orders.rows, byHand: runs.rows }
}

const WINDOWS = `
  select w.id, w.kind, ${instant('w.from_at')} as "from", ${instant('w.to_at')} as until, w.note,
    case when w.flow is not null then jsonb_build_object('kind', 'flow', 'key', w.flow, 'name', w.flow)
      when s.id is not null then jsonb_build_object('kind', s.kind, 'key', s.key, 'name', s.name) end as subject
  from maintenance_window w left join subject s on s.id = w.subject_id
  where w.from_at < $2 and (w.to_at is null or w.to_at > $1) order by w.from_at, w.id limit ${SHOWN}`

/** The pauses and announced work that reached into a day, what began first first. */
export async function getDayWindows(ctx: Context, { start, until }: DayPassed): Promise<DayWindowRow[]> {
  return (await ctx.pool.query<DayWindowRow>(WINDOWS, [new Date(start), new Date(until)])).rows
}
