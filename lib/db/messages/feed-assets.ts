import type { Sql } from '#lib/db/context.ts'

/** An asset in its feed. */
export interface FeedAsset {
  id: number
  feedId: number
  promised: boolean
}

/** The assets that are in these feeds now. */
export async function loadFeedAssets(sql: Sql, feedIds: readonly number[]): Promise<FeedAsset[]> {
  if (feedIds.length === 0) return []
  const { rows } = await sql.query<FeedAsset>(
    `select a.subject_id as id, a.feed_id as "feedId", a.promised from asset a join subject s on s.id = a.subject_id and s.removed_at is null
     where a.feed_id = any($1::int[])`,
    [feedIds],
  )
  return rows
}
