import type { CauseKind } from '#lib/domain/lineage/causes/cause.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { pastCauseFirst, pastCauseInWords } from './past-cause-words.ts'
import { capital } from './sentences.ts'
import { UNSEEN } from './words.ts'

/** What an incident is about, as its title: `sap does not answer`, once it is over `sap did not answer, and the flow people did not succeed`. */
export function incidentTitle({ roots, endedAt }: { roots: readonly Named[]; endedAt: number | null }): string {
  const isOver = endedAt !== null
  const [first, second, ...others] = roots
  if (first === undefined) return isOver ? 'Something was not fresh' : 'Something is not fresh'
  const begin = isOver ? pastCauseFirst(first) : presentFirst(first)
  if (second === undefined) return begin
  if (others.length === 0) return `${begin}, and ${isOver ? pastCauseInWords(second) : presentInWords(second)}`
  return `${begin}, and ${others.length + 1} more causes`
}

/** Since when what an incident is about is so: before anything was held back by it. */
export function troubledSince({ openedAt, roots }: { openedAt: Instant; roots: readonly { since: Instant }[] }): Instant {
  return Math.min(openedAt, ...roots.map(({ since }) => since))
}

interface Named {
  kind: CauseKind
  name: string
  /** Of a connection: its database is. */
  isGone?: boolean
  /** Of an asset: its contract is, or was while this went on. */
  isBroken?: boolean
}

function presentInWords({ kind, name, isGone, isBroken }: Named): string {
  if (kind === 'connection' && isGone === true) return `the database ${name} is gone`
  if (kind === 'connection') return `${name} does not answer`
  if (kind === 'asset') return isBroken === true ? `the contract of ${name} is broken` : `${name} is not fresh`
  return kind === 'unseen' ? `${UNSEEN} is not fresh` : `the ${kind} ${name} does not succeed`
}

/** A name stays as it is written. */
function presentFirst(cause: Named): string {
  const words = presentInWords(cause)
  return (cause.kind === 'connection' && cause.isGone !== true) || (cause.kind === 'asset' && cause.isBroken !== true)
    ? words
    : capital(words)
}
