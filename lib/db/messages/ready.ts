import type { Sql } from '#lib/db/context.ts'
import { toInstant, toText } from '#lib/db/instants.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import type { DayBounds, LocalDay } from '#lib/domain/time/local-day.ts'

/** The key of the event that the data of a feed have come on a day. */
const KEY = `'ready:' || f.id || ':' || $4`

/** SQL: what a feed `f` is promised by, as far as anything ever came by itself: what follows others comes with them. */
const PROMISED = `
  select p.subject_id from asset p join subject s on s.id = p.subject_id and s.removed_at is null
  where p.feed_id = f.id and p.promised and exists (select from arrival v where v.asset_id = p.subject_id)`

const CAME_TODAY = `exists (select from arrival v where v.asset_id = x.subject_id and v.kind = 'arrival' and v.at is not null and v.happened_at >= $5 and v.happened_at < $6)`

/**
 * Has receivers told that the data of a day have come, of feeds that something came for just now: once a day, when a feed is fresh and everything promised of it has come
 * on that day.
 */
export async function enqueueReady(
  sql: Sql,
  now: Instant,
  { day, start, end }: DayBounds,
  receivers: readonly string[],
  assetIds: readonly number[],
): Promise<void> {
  if (receivers.length === 0 || assetIds.length === 0) return
  await sql.query(
    `insert into outbox (channel, event, created_at, next_attempt_at)
     select r.channel, ${KEY}, $3, $3
     from (select distinct a.feed_id as id from asset a where a.subject_id = any($1::int[])) f
     join status_span sp on sp.subject_id = f.id and sp.to_at is null and sp.status = 'fresh'
     cross join unnest($2::text[]) as r(channel)
     where exists (${PROMISED}) and not exists (select from (${PROMISED}) x where not ${CAME_TODAY})
     order by f.id, r.channel on conflict do nothing`,
    [assetIds, receivers, toText(now), day, toText(start), toText(end)],
  )
}

/** That the data of a feed have come, and waits to be told. */
export interface WaitingReady {
  id: string
  feedId: number
  day: LocalDay
  feed: string
  feedName: string
  group: string
  groupName: string
  owner: string | null
  promise: string
  at: Instant
}

/** Of what waits in these rows of the outbox which data have come. */
export async function loadReady(sql: Sql, ids: readonly string[]): Promise<WaitingReady[]> {
  if (ids.length === 0) return []
  const { rows } = await sql.query<Omit<WaitingReady, 'at'> & { at: Date }>(
    `select o.id::text, s.id as "feedId", split_part(o.event, ':', 3) as day, s.key as feed, s.name as "feedName", g.key as "group", g.name as "groupName", f.owner,
       coalesce(f.settings ->> 'promise', '') as promise, o.created_at as at
     from outbox o join subject s on s.id = split_part(o.event, ':', 2)::int join feed f on f.subject_id = s.id join subject g on g.id = f.group_id
     where o.id = any($1::bigint[]) and o.event like 'ready:%' order by o.id`,
    [ids],
  )
  return rows.map((row) => ({ ...row, at: toInstant(row.at) }))
}
