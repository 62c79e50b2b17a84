import { lockAssets } from '#lib/db/catalogue/followers.ts'
import { lockSubjects } from '#lib/db/catalogue/subjects.ts'
import { type Context, withTransaction } from '#lib/db/context.ts'
import { loadFeedsOfAssets, loadGroupsOfFeeds } from '#lib/db/history/memberships.ts'
import { type LocalDay, localDay } from '#lib/domain/time/local-day.ts'
import { refreshDays } from './refresh-days.ts'
import type { Reporting } from './reporting.ts'

const BATCH = 500

/** Sums up the ended days of these assets, and of all they count for, from a day on, in batches. */
export async function refreshAllDays(ctx: Context, reporting: Reporting, firstDay: LocalDay, ids: readonly number[]): Promise<void> {
  for (let start = 0; start < ids.length; start += BATCH) {
    await withTransaction(ctx, async (sql) => {
      const { plain, followers } = await lockAssets(sql, ids.slice(start, start + BATCH))
      const assets = [...plain, ...followers]
      const feeds = new Set((await loadFeedsOfAssets(sql, assets.map(idOf))).map((membership) => membership.containerId))
      await lockSubjects(sql, [...feeds])
      const groups = new Set((await loadGroupsOfFeeds(sql, [...feeds])).map((membership) => membership.containerId))
      await lockSubjects(sql, [...groups])
      const requests = assets.map(({ id, createdAt }) => {
        const born = localDay(createdAt, reporting.zone)
        return { assetId: id, createdAt, firstDay: born > firstDay ? born : firstDay }
      })
      await refreshDays(sql, reporting, requests)
    })
  }
}

function idOf({ id }: { id: number }): number {
  return id
}
