import { listFollowers, lockAssets } from '#lib/db/catalogue/followers.ts'
import { loadEdgesSince } from '#lib/db/catalogue/lineage-edges.ts'
import type { Sql } from '#lib/db/context.ts'
import { rebuildWithin } from './rebuild/rebuild-within.ts'
import type { Reporting } from './rebuild/reporting.ts'

/**
 * Lets lineage that was replaced in this transaction, as of now, count for the statuses of what is as fresh as what it is made from. Give it the assets that are
 * made from something else now; the transaction holds no locks on subjects yet.
 */
export async function followLineage(sql: Sql, reporting: Reporting, changedIds: readonly number[]): Promise<void> {
  const followers = [...(await listFollowers(sql, changedIds))]
  if (followers.length === 0) return
  // Whoever turns something that they follow only now either is done before us, or sees that they do.
  const upstream = (await loadEdgesSince(sql, followers, reporting.now)).map(({ upstreamId }) => upstreamId)
  await lockAssets(sql, [...new Set([...followers, ...upstream])])
  await rebuildWithin(sql, reporting, new Map(followers.map((id) => [id, reporting.now])))
}
