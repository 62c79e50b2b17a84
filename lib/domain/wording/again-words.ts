import type { Conditions, GoodAgain } from '#lib/domain/lineage/again/again.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { listInWords } from './lists.ts'

/** When something is good again, as half a sentence: `good by about 03:03 if SAP answers`, `good as soon as SAP answers`, `no date: ask Identity team`. */
export function againInWords(again: GoodAgain, time: (at: Instant) => string): string {
  if (again.kind === 'by' && again.isLook) return `good as soon as ${answeringInWords(again.ifAnswering)}`
  if (again.kind === 'by') return `good by about ${time(again.at)}${conditionsInWords(again)}`
  return `no date: ${again.ask === null ? trimmed(again.because) : `ask ${again.ask}`}`
}

/** `SAP answers`, `SAP and Oracle answer`. */
export function answeringInWords(names: readonly string[]): string {
  return `${listInWords(names)} ${names.length === 1 ? 'answers' : 'answer'}`
}

/** What has to come true before, to follow a date: ` if SAP answers and the next run of course succeeds`; empty where nothing has to. */
export function conditionsInWords({ ifAnswering, ifSucceeding }: Conditions): string {
  const parts: string[] = []
  if (ifAnswering.length > 0) parts.push(answeringInWords(ifAnswering))
  if (ifSucceeding.length === 1) parts.push(`the next run of ${ifSucceeding[0]} succeeds`)
  if (ifSucceeding.length > 1) parts.push(`the next runs of ${listInWords(ifSucceeding)} succeed`)
  return parts.length === 0 ? '' : ` if ${parts.join(' and ')}`
}

/** Why there is no date, and whom to ask, as half a sentence: `the last 3 runs of person failed in the same way: SAP answered with a logon page; ask Identity team`. */
export function whyNoDate({ because, ask }: Extract<GoodAgain, { kind: 'no-date' }>): string {
  return ask === null ? trimmed(because) : `${trimmed(because)}; ask ${ask}`
}

/** Another system's words may end as a sentence does. */
function trimmed(words: string): string {
  return words.replace(/\.$/, '')
}
