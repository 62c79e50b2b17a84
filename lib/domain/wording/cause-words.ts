import type { Reason } from '#lib/domain/freshness/status.ts'

/** Why something is not fresh, said of itself, and of what it is made from by its name. */
const CAUSES: Record<Exclude<Reason, 'on-time' | 'idle' | 'due'>, readonly [itself: string, named: (name: string) => string]> = {
  overdue: ['nothing has arrived since it was due', (name) => `nothing has arrived in ${name} since it was due`],
  empty: ['it holds no data', (name) => `${name} holds no data`],
  'future-data': ['the newest time in the data lies in the future', (name) => `the newest time in ${name} lies in the future`],
  'never-observed': ['no arrival has been seen yet', (name) => `no arrival has been seen yet in ${name}`],
  'no-time': ['nothing in it tells how fresh it is', (name) => `nothing in ${name} tells how fresh it is`],
  'probe-failed': ['we could not look at it', (name) => `we could not look at ${name}`],
  'source-unreachable': ['the system it lives in cannot be looked at', (name) => `the system of ${name} cannot be looked at`],
  gone: ['its system says that there is no such thing', (name) => `${name} is gone`],
  refused: ['its system does not let us read it', (name) => `we may not read ${name}`],
  'run-failed': ['its load failed', (name) => `the load of ${name} failed`],
  'run-hung': ['its load takes far longer than it should', (name) => `the load of ${name} takes far longer than it should`],
  'old-data': ['it holds older data than promised', (name) => `${name} holds older data than promised`],
  'key-overdue': [
    'nothing has arrived of one of its keys since it was due',
    (name) => `nothing has arrived of one of the keys of ${name} since it was due`,
  ],
  blocked: ['something it is made from is not fresh', (name) => `something that ${name} is made from is not fresh`],
  'contract-broken': ['its contract is broken', (name) => `the contract of ${name} is broken`],
  paused: ['it is paused', (name) => `${name} is paused`],
  maintenance: ['announced work is going on', (name) => `announced work is going on at ${name}`],
}

/** Why something is not fresh, as half a sentence to follow "because": of itself (`name` null), or of what it is made from. Null for what explains nothing. */
export function causeInWords(reason: Reason | null, name: string | null): string | null {
  if (reason === null || reason === 'on-time' || reason === 'idle' || reason === 'due') return name === null ? null : `${name} is not fresh`
  const [itself, named] = CAUSES[reason]
  return name === null ? itself : named(name)
}
