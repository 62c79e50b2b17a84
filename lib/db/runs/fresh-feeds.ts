import type { Sql } from '#lib/db/context.ts'
import { toText } from '#lib/db/instants.ts'
import type { FeedToday } from '#lib/domain/runs/fresh-today.ts'
import type { Instant } from '#lib/domain/time/instant.ts'

const LATEST = (clock: 'loadedAt' | 'writtenAt' | 'dataThroughAt', at: 'at' | 'happened_at' = 'at') => `
  (select y.${at} from arrival y where y.asset_id = a.subject_id and y.clock = '${clock}' order by y.happened_at desc, y.id desc limit 1)`

/** How these feeds, `<group>/<feed>`, stand now; those that are not in the catalogue are absent. */
export async function loadFeedsToday(sql: Sql, feeds: readonly string[]): Promise<Map<string, FeedToday>> {
  const { rows } = await sql.query<FeedToday & { feed: string }>(
    `select g.key || '/' || s.key as feed, sp.status, sp.reason, coalesce(l.loads, '{}') as loads
     from subject s
     join feed f on f.subject_id = s.id join subject g on g.id = f.group_id
     left join status_span sp on sp.subject_id = s.id and sp.to_at is null
     left join lateral (
       select array_agg((extract(epoch from coalesce(${LATEST('loadedAt')}, ${LATEST('writtenAt')}, ${LATEST('dataThroughAt', 'happened_at')})) * 1000)::float8) as loads
       from asset a join subject n on n.id = a.subject_id and n.removed_at is null
       where a.feed_id = s.id and (a.promised or not exists (
         select 1 from asset p join subject ps on ps.id = p.subject_id and ps.removed_at is null where p.feed_id = s.id and p.promised))
     ) l on true
     where s.kind = 'feed' and s.removed_at is null and g.key || '/' || s.key = any($1)`,
    [feeds],
  )
  return new Map(rows.map(({ feed, ...today }) => [feed, today]))
}

/** Which of these flows have been asked to run by fresh feeds since then. */
export async function listStartedByFeeds(sql: Sql, flows: readonly string[], since: Instant): Promise<Set<string>> {
  const { rows } = await sql.query<{ flow: string }>(
    "select distinct flow from run where flow = any($1) and trigger = 'fresh' and created_at >= $2",
    [flows, toText(since)],
  )
  return new Set(rows.map(({ flow }) => flow))
}
