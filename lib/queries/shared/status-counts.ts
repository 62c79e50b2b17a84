import type { Status } from '#lib/domain/freshness/status.ts'

/** How many things have which status; `none` have no promise and stand outside `judged`. */
export interface StatusCounts extends Record<Status, number> {
  none: number
  judged: number
}

/** Counts statuses; null is no status. */
export function countStatuses(statuses: Iterable<Status | null>): StatusCounts {
  const counts: StatusCounts = { stale: 0, late: 0, unknown: 0, maintenance: 0, fresh: 0, none: 0, judged: 0 }
  for (const status of statuses) {
    counts[status ?? 'none'] += 1
    if (status !== null) counts.judged += 1
  }
  return counts
}
