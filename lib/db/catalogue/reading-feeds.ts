import type { Sql } from '#lib/db/context.ts'
import type { ReadingFeed } from '#lib/domain/contracts/concerned-readers.ts'

/** Within its own feed as far as it goes, and from there the first of any other. */
const READING = `
  with recursive below(source, own_feed, id) as (
    select subject_id, feed_id, subject_id from asset where subject_id = any($1::int[])
    union
    select b.source, b.own_feed, e.downstream_id from below b join asset a on a.subject_id = b.id and a.feed_id = b.own_feed
    join lineage_now e on e.upstream_id = b.id
  )
  select source, f.key, f.name, fd.owner, json_build_object('key', g.key, 'name', g.name) as "group", x.ids as "assetIds" from (
    select b.source, a.feed_id, array_agg(distinct b.id order by b.id) as ids from below b join asset a on a.subject_id = b.id and a.feed_id <> b.own_feed
    join subject s on s.id = b.id and s.removed_at is null group by 1, 2
  ) x join subject f on f.id = x.feed_id and f.removed_at is null join feed fd on fd.subject_id = f.id join subject g on g.id = fd.group_id
  order by g.position, f.position, f.key`

/** The next feeds that are made from each of these assets, as far as whoever `sql` belongs to may see them. */
export async function loadReadingFeeds(sql: Sql, assetIds: readonly number[]): Promise<(ReadingFeed & { source: number })[]> {
  if (assetIds.length === 0) return []
  return (await sql.query<ReadingFeed & { source: number }>(READING, [assetIds])).rows
}
