import type { Reason, Status } from '#lib/domain/freshness/status.ts'
import type { Instant } from '#lib/domain/time/instant.ts'

/** A feed as far as those go by it who wait until it is of today. */
export interface FeedToday {
  status: Status | null
  reason: Reason | null
  /** The last load of each asset it is judged by, else its last write, else when newer data were last seen; of all its assets where it is judged by none; null: none is known. */
  loads: readonly (Instant | null)[]
}

/** Whether a feed is of today: fresh, not by what came before today, and loaded since the day began as far as loads are known, one at least; one that nothing is promised of by its loads alone. */
export function isOfToday({ status, reason, loads }: FeedToday, dayStart: Instant): boolean {
  if (status === null) return loads.length > 0 && loads.every((at) => at !== null && at >= dayStart)
  const known = loads.filter((at) => at !== null)
  return status === 'fresh' && reason !== 'due' && known.length > 0 && known.every((at) => at >= dayStart)
}

/** When all of these became of today; null while one of them is not, and when there is none. */
export function allOfTodaySince(feeds: readonly FeedToday[], dayStart: Instant): Instant | null {
  if (feeds.length === 0 || !feeds.every((feed) => isOfToday(feed, dayStart))) return null
  return Math.max(dayStart, ...feeds.flatMap(({ loads }) => loads.map((at) => at ?? dayStart)))
}
