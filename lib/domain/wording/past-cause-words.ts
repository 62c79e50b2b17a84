import type { Reason } from '#lib/domain/freshness/status.ts'
import type { CauseKind } from '#lib/domain/lineage/causes/cause.ts'
import { capital } from './sentences.ts'
import { UNSEEN } from './words.ts'

interface PastCause {
  kind: CauseKind
  name: string
  /** Of an asset: its contract was. */
  isBroken?: boolean
}

/** What was wrong on a day that is looked back at, as half a sentence: `sap did not answer`, `the flow people did not succeed`. */
export function pastCauseInWords({ kind, name, isBroken }: PastCause): string {
  if (kind === 'connection') return `${name} did not answer`
  if (kind === 'asset') return isBroken === true ? `the contract of ${name} was broken` : `${name} was not fresh`
  return kind === 'unseen' ? `${UNSEEN} was not fresh` : `the ${kind} ${name} did not succeed`
}

/** The same at the beginning of a line; a name stays as it is written. */
export function pastCauseFirst(cause: PastCause): string {
  const words = pastCauseInWords(cause)
  return cause.kind === 'connection' || (cause.kind === 'asset' && cause.isBroken !== true) ? words : capital(words)
}

const PAST_REASONS: Record<Reason, string> = {
  'on-time': 'it arrived as promised',
  idle: 'it loaded fine, with nothing new in it',
  due: 'the next arrival was due and still had time',
  overdue: 'nothing had arrived since it was due',
  empty: 'it held no data',
  'future-data': 'the newest time in the data lay in the future, so it could not be trusted',
  'never-observed': 'no arrival had been seen yet',
  'no-time': 'nothing in it told how fresh it was',
  'probe-failed': 'we could not look at it',
  'source-unreachable': 'the system it lives in could not be looked at',
  gone: 'its system said that there was no such thing',
  refused: 'its system did not let us read it',
  'run-failed': 'the run that should have loaded it did not succeed',
  'run-hung': 'the run that should have loaded it took far longer than it should',
  'old-data': 'it held older data than promised, whenever it was last loaded',
  'key-overdue': 'nothing had arrived of one of its keys since it was due',
  blocked: 'something it is made from was not fresh',
  'contract-broken': 'its contract was broken: what arrived was not what was agreed',
  paused: 'it was paused by an admin',
  maintenance: 'announced work was going on',
}

/** A reason of a day that is looked back at, or of what is over, as half a sentence: it may be otherwise now. */
export function pastReasonInWords(reason: Reason): string {
  return PAST_REASONS[reason]
}
