import type { Status } from '#lib/domain/freshness/status.ts'
import { listInWords } from './lists.ts'
import { statusInWords } from './words.ts'

interface Blocker {
  /** null: it has no name for everybody who reads this. */
  name: string | null
  isCircular?: boolean
}

/**
 * What holds something back that is as fresh as what it is made from, as half a sentence: `Orders is late`, `Orders and 2 others are late`. How much of it has no
 * name is not told.
 */
export function blockedInWords(blockers: readonly Blocker[], status: Status): string {
  const circular = blockers.find(({ isCircular }) => isCircular)
  if (circular !== undefined) return `it is made from itself${circular.name === null ? '' : `, by way of ${circular.name}`}`
  const word = statusInWords(status).toLowerCase()
  const named = blockers.flatMap(({ name }) => (name === null ? [] : [name]))
  if (named.length === 0) return `something it is made from is ${word}`
  const shown = named.length > 2 ? [named[0] ?? '', `${named.length - 1} others`] : named
  const parts = named.length < blockers.length ? [...shown, 'something else'] : shown
  return `${listInWords(parts)} ${parts.length > 1 ? 'are' : 'is'} ${word}`
}
