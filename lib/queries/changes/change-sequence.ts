import { IN_FORCE } from '#lib/db/catalogue/catalogue-versions.ts'
import type { Context } from '#lib/db/context.ts'
import type { Status } from '#lib/domain/freshness/status.ts'
import { WORKER_SILENT_MS } from '#lib/queries/shared/banners.ts'

/** Three marks that move when what the page shows has changed: statuses, other facts, runs. */
export interface ChangeSequence {
  /** The id of the newest status change, '0' before the first. */
  lastChangeId: string
  facts: string
  runs: string
}

const SEQUENCE = `
  select
    coalesce((select max(id) from status_change), 0)::text as "lastChangeId",
    concat_ws('|',
      (select id from ${IN_FORCE} v),
      (select md5(problems::text) from catalogue_state where id = 1),
      (select coalesce(max(id), 0) from arrival),
      (select count(*) || ':' || coalesce(max(id), 0) from blind where to_at is null),
      (select concat_ws(':', count(*), max(id), max(to_at), count(*) filter (where from_at <= $3), count(*) filter (where to_at <= $3)) from maintenance_window),
      (select max(greatest(checked_at, check_requested_at)) || ':' || count(check_ok) from connection_state),
      (select coalesce(max(heartbeat_at) >= $1::timestamptz, false) from worker_state where stopped_at is null or heartbeat_at > stopped_at),
      (select count(*) || ':' || coalesce(sum(hashtext(problem)::bigint), 0) from asset where problem is not null),
      (select concat_ws(':', max(id), (select max(id) from incident_said)) from incident_event),
      (select concat_ws(':', count(*), max(opened_at), max(well_since), max(ended_at), max(withdrawn_at)) from incident),
      (select value from setting where key = 'rolled-up-through'),
      (select value from setting where key = 'catalogue-check')
    ) as facts,
    (select concat_ws('|', count(*) filter (where state = 'running'), max(created_at), max(started_at), max(ended_at), sum(progress_done) filter (where state = 'running'))
      from run where created_at > $2::timestamptz)
      || '|' || (select concat_ws(':', count(*) filter (where ended_at is null), max(told_at)) from external_run where told_at > $2::timestamptz or ended_at is null)
      || '|' || (select concat_ws(':', count(*), max(created_at), max(ended_at), sum(cardinality(joined_by))) from reload_order where created_at > $2::timestamptz) as runs`

/** Runs that were made longer ago are not looked at any more. */
export const RUNS_WATCHED_MS = 3 * 24 * 3600 * 1000

/** Reads the marks; two equal answers mean that nothing the page shows has changed in between. */
export async function getChangeSequence(ctx: Context): Promise<ChangeSequence> {
  const now = ctx.clock.now()
  const { rows } = await ctx.pool.query<ChangeSequence>(SEQUENCE, [
    new Date(now - WORKER_SILENT_MS),
    new Date(now - RUNS_WATCHED_MS),
    new Date(now),
  ])
  return rows[0] ?? { lastChangeId: '0', facts: '', runs: '' }
}

/** A status change as the event stream tells it. */
export interface ChangeEvent {
  id: string
  kind: string
  key: string
  from: Status | null
  to: Status | null
  at: number
}

/** Who was away for longer is told to read everything anew. */
const EVENTS_MAX = 200

/** Announced changes after an id, oldest first; null when there are too many to tell one by one. */
export async function getChangesAfter(ctx: Context, id: string): Promise<ChangeEvent[] | null> {
  const { rows } = await ctx.pool.query<ChangeEvent>(
    `select c.id::text, s.kind, s.key, c.from_status as "from", c.to_status as "to", (extract(epoch from c.at) * 1000)::float8 as at
     from status_change c join subject s on s.id = c.subject_id
     where c.id > $1::bigint order by c.id limit ${EVENTS_MAX + 1}`,
    [id],
  )
  return rows.length > EVENTS_MAX ? null : rows
}

/** The newest change there is; id '0' before the first. */
export async function getLastChange(ctx: Context): Promise<{ id: string; recordedAt: number }> {
  const { rows } = await ctx.pool.query<{ id: string; recordedAt: number }>(
    `select id::text, (extract(epoch from recorded_at) * 1000)::float8 as "recordedAt" from status_change c order by c.id desc limit 1`,
  )
  return rows[0] ?? { id: '0', recordedAt: 0 }
}
