import { IN_FORCE } from '#lib/db/catalogue/catalogue-versions.ts'
import type { Context } from '#lib/db/context.ts'
import { MINUTE_MS } from '#lib/domain/time/instant.ts'
import { getBanners } from '#lib/queries/shared/banners.ts'
import { getFeedRows } from '#lib/queries/shared/feed-rows.ts'
import { newestId } from '#lib/queries/shared/newest-id.ts'
import { getPageSettings } from '#lib/queries/shared/page-settings.ts'
import { RUNS_WATCHED_MS } from './change-sequence.ts'
import type { Sighting, Topic } from './topic.ts'

/** Everything the screens show, as marks that can be compared with those of another look. */
export interface PageSight {
  things: Map<string, Sighting>
  /** What came after these is looked up by its number. */
  lastArrivalId: string
  lastSpanId: string
}

/** An ended run is looked at for so long; whoever looks more rarely hears of it as a run that went out of sight. */
const ENDED_RUNS_MS = 10 * MINUTE_MS

const THINGS = `
  select 'group:' || s.key as topic, null as also, md5(concat_ws('|', s.name, s.description, sp.status, sp.reason, sp.from_at)) as mark, false as "isOver"
  from subject s left join status_span sp on sp.subject_id = s.id and sp.to_at is null where s.kind = 'group' and s.removed_at is null
  union all
  select 'asset:' || s.key, 'feed:' || f.key, md5(concat_ws('|', a.problem, b.from_at, b.reason)), false
  from asset a join subject s on s.id = a.subject_id join subject f on f.id = a.feed_id left join blind b on b.asset_id = a.subject_id and b.to_at is null
  where s.removed_at is null and (a.problem is not null or b.id is not null)
  union all
  select 'flow:' || name, null, md5(concat_ws('|', next_run_at, removed_at)), false from flow
  union all
  select 'connection:' || key, null, md5(concat_ws('|', checked_at, check_ok, check_requested_at, problem, failures = 0)), false
  from connection_state where removed_at is null
  union all
  select 'run:' || id, 'flow:' || flow, md5(concat_ws('|', state, attempt, started_at, ended_at, cancel_at, waiting_for)), ended_at is not null
  from run where created_at > $1::timestamptz and (ended_at is null or ended_at > $2::timestamptz)
  union all
  select 'run:' || id, 'job:' || connection_key || '/' || job, md5(concat_ws('|', state, attempt, started_at, ended_at, error)), ended_at is not null
  from external_run where ended_at is null or told_at > $2::timestamptz
  union all
  select 'order:' || o.id, 'feed:' || s.key, md5(concat_ws('|', o.state, o.joined_by::text, (select string_agg(concat_ws(':', t.state, t.external_run_id, t.problem), ',' order by t.position) from reload_step t where t.order_id = o.id))),
    o.ended_at is not null
  from reload_order o join subject s on s.id = o.feed_id where o.ended_at is null or o.ended_at > $2::timestamptz
  union all
  select 'incident:' || i.id, null, md5(concat_ws('|', i.status, i.well_since, i.ended_at, i.roots,
    (select concat_ws(':', count(*), count(to_at)) from incident_member m where m.incident_id = i.id), (select max(id) from incident_said s where s.incident_id = i.id))),
    i.ended_at is not null
  from incident i where i.withdrawn_at is null and (i.ended_at is null or i.ended_at > $2::timestamptz)
  union all
  select 'run:' || id, 'progress:' || flow, md5(concat_ws('|', progress_done, progress_total)), true from run where state = 'running'`

const PAGE = `
  select concat_ws('|',
    (select id from ${IN_FORCE} v),
    (select md5(string_agg(concat_ws(':', w::text, from_at <= $1, to_at <= $1), '|' order by id)) from maintenance_window w),
    (select value from setting where key = 'rolled-up-through'),
    (select md5(string_agg(key || value::text, '|' order by key)) from setting where key in ('page', 'access'))) as mark,
    ${newestId('arrival')}::text as "lastArrivalId", ${newestId('status_span')}::text as "lastSpanId"`

interface Thing {
  topic: Topic
  also: Topic | null
  mark: string
  isOver: boolean
}

/** Looks at everything the screens show: a handful of statements whatever there is. */
export async function getPageSight(ctx: Context): Promise<PageSight> {
  const now = ctx.clock.now()
  const page = await getPageSettings(ctx)
  // The numbers first: what comes while the rest is read is then found by the next look.
  const [head] = (await ctx.pool.query<{ mark: string; lastArrivalId: string; lastSpanId: string }>(PAGE, [new Date(now)])).rows
  const [rows, feeds, groups, banners] = await Promise.all([
    ctx.pool.query<Thing>(THINGS, [new Date(now - RUNS_WATCHED_MS), new Date(now - ENDED_RUNS_MS)]),
    getFeedRows(ctx),
    ctx.pool.query<{ id: number; key: string }>(`select id, key from subject where kind = 'group'`),
    getBanners(ctx, page?.demo ?? false),
  ])
  const groupOf = new Map(groups.rows.map(({ id, key }) => [id, key]))
  const things = new Map<string, Sighting>()
  things.set('page', { topics: ['page'], mark: JSON.stringify([head?.mark, banners]), isOver: false })
  for (const { id: _id, ...feed } of feeds) {
    const topics = [`feed:${feed.key}`, `group:${groupOf.get(feed.groupId)}`]
    things.set(`line of ${feed.key}`, { topics, mark: JSON.stringify(feed), isOver: false })
  }
  for (const { topic, also, mark, isOver } of rows.rows) {
    const topics = also === null ? [topic] : [topic, also]
    things.set(topics.join(' '), { topics, mark, isOver })
  }
  return { things, lastArrivalId: head?.lastArrivalId ?? '0', lastSpanId: head?.lastSpanId ?? '0' }
}

const ASSETS_MAX = 200

const TOUCHED = `
  select distinct s.key, f.key as feed
  from (select asset_id from arrival where id > $1::bigint union select subject_id from status_span where id > $2::bigint) x(id)
  join asset a on a.subject_id = x.id join subject s on s.id = a.subject_id join subject f on f.id = a.feed_id limit ${ASSETS_MAX + 1}`

/** The topics of assets of which something was heard since a look. */
export async function getTouchedAssets(ctx: Context, since: PageSight): Promise<Topic[]> {
  const { rows } = await ctx.pool.query<{ key: string; feed: string }>(TOUCHED, [since.lastArrivalId, since.lastSpanId])
  if (rows.length > ASSETS_MAX) return ['asset:*', 'feed:*']
  return rows.flatMap(({ key, feed }) => [`asset:${key}`, `feed:${feed}`])
}
