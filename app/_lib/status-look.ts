import type { Status } from '#lib/domain/status.ts'

/** The five statuses as a legend lists them: good news first. */
export const LEGEND_ORDER: readonly Status[] = ['fresh', 'late', 'stale', 'unknown', 'maintenance']

/** The word on the page; `lib/domain/words.ts` says the same, but knows policies and is too heavy for a browser. */
export function statusWord(status: Status | null): string {
  return status === null ? 'Not judged' : `${status.charAt(0).toUpperCase()}${status.slice(1)}`
}

/** What each status means, in one line. */
export const MEANINGS: Record<Status, string> = {
  fresh: 'arrived as promised',
  late: 'past its soft limit',
  stale: 'past its hard limit',
  unknown: 'we cannot see it',
  maintenance: 'announced work, or paused',
}
