import type { WorkView } from '#lib/queries/shared/work.ts'

/** What is said of a feed on its line: `Paused`, `Partly paused`, `Load paused`; with until when, where that is known. */
export interface WorkMark {
  words: string
  until?: number
}

/** The head of a pause or announced work: `Paused`, `Maintenance`, `Maintenance announced`. */
export function workInWords({ kind, isAhead }: Pick<WorkView, 'kind' | 'isAhead'>): string {
  const words = kind === 'paused' ? 'Paused' : 'Maintenance'
  return isAhead ? `${kind === 'paused' ? 'Pause' : words} announced` : words
}

/** What it means while it lasts; of a flow other than of what is judged. */
export function meaningInWords({ subject, isAhead }: Pick<WorkView, 'subject' | 'isAhead'>): string {
  if (subject?.kind === 'flow')
    return `No run ${isAhead ? 'will be' : 'is'} planned, so nothing new is loaded by it until then. Deadlines go on counting.`
  return `What turns late meanwhile shows as maintenance; what was late before it stays so.`
}

/** Whether work is about a subject itself, not about what it belongs to or holds. */
export function isOwn({ subject }: Pick<WorkView, 'subject'>, own: { kind: string; key: string }): boolean {
  return subject !== null && subject.kind === own.kind && subject.key === own.key
}

const rank = ({ subject, isPart }: WorkView) => (subject?.kind === 'flow' ? 2 : isPart ? 1 : 0)

/** The most telling work on a feed that has begun, for its line; undefined when there is none. */
export function workMark(work: readonly WorkView[], feedId: number): WorkMark | undefined {
  const [first] = work.filter(({ isAhead, feedIds }) => !isAhead && feedIds.includes(feedId)).sort((a, b) => rank(a) - rank(b))
  if (first === undefined) return undefined
  const until = first.until === null ? {} : { until: first.until }
  if (first.subject?.kind === 'flow') return { words: 'Load paused', ...until }
  const words = workInWords(first)
  return { words: first.isPart ? `Partly ${first.kind === 'paused' ? 'paused' : 'under maintenance'}` : words, ...until }
}
