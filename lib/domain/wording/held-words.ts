import type { Reason } from '#lib/domain/freshness/status.ts'
import { listInWords } from './lists.ts'
import { reasonInWords } from './words.ts'

interface Root {
  name: string
  feedKey: string
  feedName: string
  reason: Reason
}

const NAMED = 3

/** What holds a feed back in the end, as half a sentence, by the names of the other feeds that it is in: `held back by Payments: the run …`. */
export function heldInWords(roots: readonly Root[], feedKey: string): string {
  const names = [...new Set(roots.map((root) => (root.feedKey === feedKey ? root.name : root.feedName)))]
  if (names.length === 0) return reasonInWords('blocked')
  const shown = names.length > NAMED ? [...names.slice(0, NAMED - 1), `${names.length - NAMED + 1} others`] : names
  const reasons = new Set(roots.map(({ reason }) => reason))
  const [reason] = reasons
  return `held back by ${listInWords(shown)}${reasons.size === 1 && reason !== undefined ? `: ${reasonInWords(reason)}` : ''}`
}
