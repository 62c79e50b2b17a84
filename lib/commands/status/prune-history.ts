import type { Context } from '#lib/db/context.ts'
import { toText } from '#lib/db/instants.ts'
import { TRIES_MAX } from '#lib/db/push/push-inbox.ts'
import { forgetWorkers } from '#lib/db/runs/workers.ts'
import { KEPT_MS } from '#lib/domain/values/retention.ts'

const BATCH = 10_000

/** One kind of row that grows old; `$1` is the instant before which it is forgotten. */
const AGEING: readonly { name: string; keptMs: number; rows: string }[] = [
  { name: 'run_log', keptMs: KEPT_MS.ledger, rows: 'select ctid from run_log where at < $1' },
  { name: 'run_rejection', keptMs: KEPT_MS.ledger, rows: 'select ctid from run_rejection where at < $1' },
  { name: 'run_task', keptMs: KEPT_MS.ledger, rows: 'select ctid from run_task where ended_at < $1' },
  { name: 'reload_order', keptMs: KEPT_MS.facts, rows: 'select ctid from reload_order where ended_at < $1' },
  {
    // Nobody tells any more how one ends whose connection has left the catalogue. It goes with the runs of flows that it is, and before them: it would become one anew.
    name: 'external_run',
    keptMs: KEPT_MS.facts,
    rows: `select ctid from external_run x where coalesce(ended_at, told_at) < $1 and not exists (
      select from job_of_run j join run r on r.id = j.run_id where j.external_run_id = x.id and r.ended_at >= $1)`,
  },
  {
    name: 'run',
    keptMs: KEPT_MS.facts,
    rows: `select ctid from run r where ended_at < $1 and not exists (select 1 from run_task where run_id = r.id)
      and not exists (select 1 from run_log where run_id = r.id) and not exists (select 1 from run_rejection where run_id = r.id)
      and not exists (select from job_of_run j where j.run_id = r.id and j.external_run_id is not null)`,
  },
  {
    // The last word of each witness before the horizon stays: it is what the horizon begins with.
    name: 'arrival',
    keptMs: KEPT_MS.facts,
    rows: `select ctid from arrival a where recorded_at < $1 and exists (
      select 1 from arrival later where later.asset_id = a.asset_id and later.clock = a.clock and later.source = a.source and later.recorded_at < $1
        and (later.happened_at, later.id) > (a.happened_at, a.id))`,
  },
  { name: 'lineage_edge', keptMs: KEPT_MS.facts, rows: 'select ctid from lineage_edge where to_at < $1' },
  {
    name: 'evidence',
    keptMs: KEPT_MS.facts,
    rows: 'select ctid from evidence e where $1::timestamptz is not null and not exists (select 1 from arrival where evidence_id = e.id)',
  },
  {
    name: 'found_asset',
    keptMs: KEPT_MS.facts,
    rows: `select ctid from found_asset f where gone_at < $1
      or exists (select 1 from connection_state c where c.key = f.connection_key and c.removed_at < $1)`,
  },
  {
    name: 'push_inbox',
    keptMs: KEPT_MS.pushed,
    rows: `select ctid from push_inbox where taken_at < $1 or (received_at < $1 and taken_at is null and tries >= ${TRIES_MAX})`,
  },
  {
    // One that a listing still sees would be new to it.
    name: 'inbox_file',
    keptMs: KEPT_MS.landed,
    rows: "select ctid from inbox_file where state in ('landed', 'gone') and ended_at < $1 and coalesce(seen_at, arrived_at) < $1",
  },
  {
    name: 'inbox_file',
    keptMs: KEPT_MS.ledger,
    rows: `select ctid from inbox_file i where coalesce(seen_at, arrived_at) < $1 and (state = 'failed' and ended_at < $1
      or state in ('arrived', 'taken') and exists (select from flow f where f.name = i.flow_key and f.removed_at < $1))`,
  },
  {
    name: 'left_out_message',
    keptMs: KEPT_MS.ledger,
    rows: 'select ctid from left_out_message l where last_at < $1 and exists (select from flow f where f.name = l.flow_key and f.removed_at < $1)',
  },
  {
    // The last run of a job says what it reads and writes, as far as tokens of its audience tell.
    name: 'push_run',
    keptMs: KEPT_MS.facts,
    rows: `select ctid from push_run r where last_at < $1 and (not names_data or exists (
      select 1 from push_run later where later.namespace = r.namespace and later.job = r.job and coalesce(later.audience, '') = coalesce(r.audience, '')
        and later.names_data and later.last_at > r.last_at))`,
  },
  {
    // What is there of connections that are, the next one that comes takes away.
    name: 'push_artifact',
    keptMs: KEPT_MS.pushed,
    rows: `select ctid from push_artifact p where received_at < $1
      and not exists (select 1 from connection_state c where c.key = p.connection_key and c.removed_at is null)`,
  },
  { name: 'push_dataset', keptMs: KEPT_MS.facts, rows: 'select ctid from push_dataset where told_at < $1' },
  { name: 'blind', keptMs: KEPT_MS.facts, rows: 'select ctid from blind where to_at < $1' },
  { name: 'contract_break', keptMs: KEPT_MS.facts, rows: 'select ctid from contract_break where to_at < $1' },
  {
    // Of each key the last is judged, as long as some promise in force since then expects it.
    name: 'key_reading',
    keptMs: KEPT_MS.facts,
    rows: `select ctid from key_reading k where recorded_at < $1 and (exists (
        select 1 from key_reading later where later.asset_id = k.asset_id and later.column_name = k.column_name and later.key = k.key
          and later.recorded_at > k.recorded_at and later.recorded_at < $1)
      or not exists (
        select 1 from subject_version v where v.subject_id = k.asset_id and v.settings #>> '{expect,column}' = k.column_name
          and case when v.settings #>> '{expect,of}' = 'seen'
            then extract(epoch from $1 - k.at) * 1000 < (v.settings #>> '{expect,withinMs}')::float8
            else v.settings #> '{expect,of}' ? k.key end
          and not exists (select 1 from subject_version n where n.subject_id = v.subject_id and n.from_at > v.from_at and n.from_at <= $1)))`,
  },
  {
    // The last shape is what a contract is judged by.
    name: 'asset_shape',
    keptMs: KEPT_MS.facts,
    rows: `select ctid from asset_shape s where seen_at < $1 and exists (
      select 1 from asset_shape later where later.asset_id = s.asset_id and later.seen_at > s.seen_at and later.seen_at < $1)`,
  },
  {
    // The last one that landed is what a contract is judged by; others wait to be.
    name: 'landed_shape',
    keptMs: KEPT_MS.facts,
    rows: 'select ctid from landed_shape s where landed_at < $1 and exists (select from landed_shape later where later.asset_id = s.asset_id and later.id > s.id)',
  },
  { name: 'maintenance_window', keptMs: KEPT_MS.facts, rows: 'select ctid from maintenance_window where to_at < $1' },
  {
    name: 'maintenance_series',
    keptMs: KEPT_MS.facts,
    rows: 'select ctid from maintenance_series r where ended_at < $1 and not exists (select 1 from maintenance_window where series_id = r.id)',
  },
  {
    name: 'outbox',
    keptMs: KEPT_MS.ledger,
    // What a receiver was told of what is not over yet is known until it is.
    rows: `select o.ctid from outbox o where o.next_attempt_at is null and o.created_at < $1 and not (o.tried_at is not null and (
      exists (
        select from status_change c join status_span sp on sp.subject_id = c.subject_id and sp.to_at is null and sp.status in ('stale', 'late', 'unknown')
        where c.id = o.change_id)
      or exists (
        select from incident_event e join incident i on i.id = e.incident_id and i.ended_at is null and i.withdrawn_at is null
        where e.id = case when o.event like 'incident:%' then substr(o.event, 10)::bigint end)))`,
  },
  { name: 'status_span', keptMs: KEPT_MS.facts, rows: 'select ctid from status_span where to_at < $1' },
  {
    name: 'status_change',
    keptMs: KEPT_MS.facts,
    rows: 'select ctid from status_change c where at < $1 and not exists (select 1 from outbox where change_id = c.id)',
  },
  { name: 'report', keptMs: KEPT_MS.facts, rows: 'select ctid from report where settled_at < $1' },
  { name: 'deploy_note', keptMs: KEPT_MS.facts, rows: 'select ctid from deploy_note where at < $1' },
  { name: 'incident_event', keptMs: KEPT_MS.facts, rows: 'select ctid from incident_event where at < $1' },
  {
    // What people said something of stays.
    name: 'incident',
    keptMs: KEPT_MS.facts,
    rows: `select ctid from incident i where coalesce(ended_at, withdrawn_at) < $1
      and not exists (select from incident_said s where s.incident_id = i.id) and not exists (select from incident_event e where e.incident_id = i.id)`,
  },
  { name: 'person_session', keptMs: KEPT_MS.over, rows: 'select ctid from person_session where expires_at < $1' },
  { name: 'person_verification', keptMs: KEPT_MS.over, rows: 'select ctid from person_verification where expires_at < $1' },
  { name: 'invitation', keptMs: KEPT_MS.over, rows: 'select ctid from invitation where expires_at < $1' },
  // Asked for, and not confirmed in its time.
  { name: 'subscription', keptMs: KEPT_MS.over, rows: 'select ctid from subscription where confirmed_at is null and asked_at < $1' },
  {
    name: 'subscriber',
    keptMs: KEPT_MS.over,
    rows: 'select ctid from subscriber u where created_at < $1 and not exists (select from subscription s where s.subscriber_id = u.id)',
  },
  // What is counted there is counted for a day at most.
  { name: 'try_count', keptMs: KEPT_MS.over, rows: 'select ctid from try_count where since < $1' },
  { name: 'day_status', keptMs: KEPT_MS.facts, rows: 'select ctid from day_status where day < $1::timestamptz::date' },
]

/** Forgets what is too old to be shown, to decide a status or to let anybody in, a batch at a time. Answers how many rows of each kind went. */
export async function pruneHistory(ctx: Context): Promise<Record<string, number>> {
  const now = ctx.clock.now()
  const gone: Record<string, number> = {}
  for (const { name, keptMs, rows } of AGEING) {
    const before = toText(now - keptMs)
    for (;;) {
      const { rowCount } = await ctx.pool.query(`delete from ${name} where ctid = any(array(${rows} limit ${BATCH}))`, [before])
      gone[name] = (gone[name] ?? 0) + (rowCount ?? 0)
      if ((rowCount ?? 0) < BATCH) break
    }
  }
  gone['worker_state'] = await forgetWorkers(ctx.whole, now - KEPT_MS.workers)
  return gone
}
