import { listFollowers, lockAssets } from '#lib/db/catalogue/followers.ts'
import { loadEdgesSince } from '#lib/db/catalogue/lineage-edges.ts'
import type { Sql } from '#lib/db/context.ts'
import type { Instant } from '#lib/domain/time/instant.ts'

/**
 * Locks, all at once, assets that are to turn in this transaction: those given, and of what is made from something else now the followers, with what they are
 * made from. Returns these followers: they are to be rebuilt from now on. The transaction holds no locks on subjects yet.
 */
export async function lockFollowing(
  sql: Sql,
  now: Instant,
  changedIds: readonly number[],
  assetIds: readonly number[] = [],
): Promise<number[]> {
  const followers = [...(await listFollowers(sql, changedIds))]
  // Whoever turns something that they follow only now either is done before us, or sees that they do.
  const upstream = (await loadEdgesSince(sql, followers, now)).map(({ upstreamId }) => upstreamId)
  await lockAssets(sql, [...new Set([...assetIds, ...followers, ...upstream])])
  return followers
}
