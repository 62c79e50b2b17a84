/** The five words of the page, worst first: the order is the roll-up's severity. */
export const STATUSES = ['stale', 'late', 'unknown', 'maintenance', 'fresh'] as const
export type Status = (typeof STATUSES)[number]

export const REASONS = [
  'on-time',
  'idle',
  'due',
  'overdue',
  'empty',
  'future-data',
  'never-observed',
  'no-time',
  'probe-failed',
  'source-unreachable',
  'gone',
  'refused',
  'run-failed',
  'run-hung',
  'old-data',
  'key-overdue',
  'blocked',
  'contract-broken',
  'paused',
  'maintenance',
] as const
export type Reason = (typeof REASONS)[number]

/** 0 is the worst; no status comes after all of them. */
export function severity(status: Status | null): number {
  return status === null ? STATUSES.length : STATUSES.indexOf(status)
}

/** The worst of the given statuses; null (no status) counts for nothing; null when none is left. */
export function worstOf(statuses: Iterable<Status | null>): Status | null {
  let worst: Status | null = null
  for (const status of statuses) {
    if (status === null) continue
    if (worst === null || severity(status) < severity(worst)) worst = status
  }
  return worst
}

/** True for late and stale. */
export function isBroken(status: Status | null): boolean {
  return status === 'late' || status === 'stale'
}

/** Late, stale or unknown: what a cause is looked for. */
export function isUnhealthy(status: Status | null): boolean {
  return isBroken(status) || status === 'unknown'
}
