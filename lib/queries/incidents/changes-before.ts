import type { Context } from '#lib/db/context.ts'
import { type CauseKey, partsOfCause } from '#lib/domain/lineage/causes/cause.ts'
import { DAY_MS, type Instant, MINUTE_MS } from '#lib/domain/time/instant.ts'
import { instant } from '#lib/queries/shared/instant-column.ts'

/** Something that changed right before an incident opened, and may be why it did. */
export interface ChangeBefore {
  at: Instant
  kind: 'catalogue' | 'credential' | 'columns' | 'order' | 'run' | 'maintenance' | 'deploy'
  /** Of a version of the catalogue its number, of a credential its connection, of columns the asset's key, of an order or a run its id, of work its number, of what was rolled out its address, or nothing. */
  key: string
  /** What it is about: the secret's name, the asset, the feed, the flow, what was rolled out; of the catalogue nothing. */
  name: string
  by: string | null
}

const BEFORE_MS = DAY_MS
/** What is done to mend it comes later; a clock may be a little off. */
const AFTER_MS = 5 * MINUTE_MS
const SHOWN = 30

/** `$1`, `$2`: from when until when; `$3`: members and the assets among the causes; `$4`, `$5`: connections and flows. */
const CHANGES = `
  with near(id) as (
    select unnest($3::int[]) union select e.upstream_id from lineage_now e where e.downstream_id = any($3::int[])
  ),
  connections(key) as (select unnest($4::text[]) union select a.connection_key from near n join asset a on a.subject_id = n.id),
  flows(name) as (select unnest($5::text[]) union select a.flow from near n join asset a on a.subject_id = n.id where a.flow is not null),
  feeds(id) as (select distinct a.feed_id from near n join asset a on a.subject_id = n.id)
  select ${instant('v.accepted_at')} as at, 'catalogue' as kind, v.id::text as key, '' as name, v.actor as by
  from catalogue_version v where v.accepted_at > $1 and v.accepted_at <= $2
  union all
  select x.at, 'credential', c.key, x.name || ' of ' || coalesce(c.name, c.key), null
  from connection_state c cross join lateral (
    select (e ->> 'changedAt')::float8 as at, e ->> 'name' as name from jsonb_array_elements(c.secrets) e where jsonb_typeof(e -> 'changedAt') = 'number'
  ) x
  where c.key in (select key from connections) and x.at > ${instant('$1::timestamptz')} and x.at <= ${instant('$2::timestamptz')}
  union all
  select ${instant('f.changed_at')}, 'columns', s.key, s.name, null
  from found_asset f join asset a on a.connection_key = f.connection_key and a.path = f.path join subject s on s.id = a.subject_id
  where a.subject_id in (select id from near) and f.changed_at > $1 and f.changed_at <= $2 and f.changed_at > f.found_at
  union all
  select ${instant('o.created_at')}, 'order', o.id::text, s.name, o.ordered_by
  from reload_order o join subject s on s.id = o.feed_id where o.feed_id in (select id from feeds) and o.created_at > $1 and o.created_at <= $2
  union all
  select ${instant('r.created_at')}, 'run', r.id::text, r.flow, r.requested_by
  from run r where r.flow in (select name from flows) and r.trigger = 'manual' and r.created_at > $1 and r.created_at <= $2
  union all
  select ${instant('w.to_at')}, 'maintenance', w.id::text, coalesce(s.name, w.flow, ''), null
  from maintenance_window w left join subject s on s.id = w.subject_id
  where w.to_at > $1 and w.to_at <= $2 and (w.flow in (select name from flows) or w.subject_id in (select id from near) or w.subject_id in (select id from feeds)
    or (w.subject_id is null and w.flow is null))
  union all
  select ${instant('d.at')}, 'deploy', coalesce(d.url, ''), d.text, d.noted_by
  from deploy_note d
  where d.at > $1 and d.at <= $2 and (d.subject_id is null or d.subject_id in (select id from near) or d.subject_id in (select id from feeds)
    or d.subject_id in (select f.group_id from feed f where f.subject_id in (select id from feeds)))
  order by at desc, kind, name, key limit ${SHOWN}`

/** What changed in the day before an incident opened, of its members, of what they are made from, and of its causes, as far as the reader sees it. */
export async function getChangesBefore(
  ctx: Context,
  { openedAt }: { openedAt: Instant },
  members: readonly { id: number }[],
  causes: readonly CauseKey[],
): Promise<ChangeBefore[]> {
  const named = (kind: string) => causes.map(partsOfCause).flatMap((cause) => (cause.kind === kind ? [cause.name] : []))
  const assets = [...members.map(({ id }) => id), ...named('asset').map(Number)]
  const { rows } = await ctx.pool.query<ChangeBefore>(CHANGES, [
    new Date(openedAt - BEFORE_MS),
    new Date(openedAt + AFTER_MS),
    assets,
    named('connection'),
    named('flow'),
  ])
  return rows
}
