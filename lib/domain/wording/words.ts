import type { Reason, Status } from '#lib/domain/freshness/status.ts'

const STATUS_WORDS: Record<Status, string> = {
  fresh: 'Fresh',
  late: 'Late',
  stale: 'Stale',
  unknown: 'Unknown',
  maintenance: 'Maintenance',
}

const REASON_WORDS: Record<Reason, string> = {
  'on-time': 'arrived as promised',
  idle: 'loaded fine, with nothing new in it',
  due: 'the next arrival is due and still has time',
  overdue: 'nothing has arrived since it was due',
  empty: 'it holds no data',
  'future-data': 'the newest time in the data lies in the future, so it cannot be trusted',
  'never-observed': 'no arrival has been seen yet',
  'no-time': 'nothing in it tells how fresh it is',
  'probe-failed': 'we could not look at it',
  'source-unreachable': 'the system it lives in cannot be looked at',
  gone: 'its system says that there is no such thing',
  refused: 'its system does not let us read it',
  'run-failed': 'the run that should have loaded it did not succeed',
  'run-hung': 'the run that should load it takes far longer than it should',
  'old-data': 'it holds older data than promised, whenever it was last loaded',
  'key-overdue': 'nothing has arrived of one of its keys since it was due',
  blocked: 'something it is made from is not fresh',
  'contract-broken': 'its contract is broken: what arrived is not what was agreed',
  paused: 'paused by an admin',
  maintenance: 'announced work is going on',
}

/** What stands for anything that a reader's audience does not see. */
export const UNSEEN = 'a system you may not see'
/** The same at the beginning of a line. */
export const UNSEEN_FIRST = 'A system you may not see'

/** A status as the page says it; null is the absence of a promise. */
export function statusInWords(status: Status | null): string {
  return status === null ? 'Not judged' : STATUS_WORDS[status]
}

/** A reason as half a sentence, to follow a status and a colon. */
export function reasonInWords(reason: Reason): string {
  return REASON_WORDS[reason]
}

/** What weak evidence says of itself wherever a status rests on it: `by counters, weak`. */
export function weaknessInWords(method: string): string {
  return `by ${method}, weak`
}
