import type { CauseKind } from '#lib/domain/lineage/causes/cause.ts'
import { capital } from './sentences.ts'
import { UNSEEN } from './words.ts'

/** What was wrong on a day that is looked back at, as half a sentence: `sap did not answer`, `the flow people did not succeed`. */
export function pastCauseInWords({ kind, name }: { kind: CauseKind; name: string }): string {
  if (kind === 'connection') return `${name} did not answer`
  if (kind === 'asset') return `${name} was not fresh`
  return kind === 'unseen' ? `${UNSEEN} was not fresh` : `the ${kind} ${name} did not succeed`
}

/** The same at the beginning of a line; a name stays as it is written. */
export function pastCauseFirst(cause: { kind: CauseKind; name: string }): string {
  const words = pastCauseInWords(cause)
  return cause.kind === 'connection' || cause.kind === 'asset' ? words : capital(words)
}
