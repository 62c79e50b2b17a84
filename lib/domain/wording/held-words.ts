import type { Reason } from '#lib/domain/freshness/status.ts'
import { listInWords } from './lists.ts'
import { reasonInWords } from './words.ts'

interface Root {
  name: string
  feedKey: string
  feedName: string
  reason: Reason
  /** The run because of which it is so. */
  failedRun?: { id: string; words: string } | null
}

const NAMED = 3

/** What holds a feed back in the end, as half a sentence, by the names of the other feeds that it is in, and why where one reason is that of all: `held back by Payments: SAP could not be read.` */
export function heldInWords(roots: readonly Root[], feedKey: string): string {
  const names = [...new Set(roots.map((root) => (root.feedKey === feedKey ? root.name : root.feedName)))]
  if (names.length === 0) return reasonInWords('blocked')
  const shown = names.length > NAMED ? [...names.slice(0, NAMED - 1), `${names.length - NAMED + 1} others`] : names
  const why = whyAll(roots)
  return `held back by ${listInWords(shown)}${why === null ? '' : `: ${why}`}`
}

/** One run that failed speaks for all that it should have loaded. */
function whyAll(roots: readonly Root[]): string | null {
  const [first] = roots
  if (first === undefined || roots.some(({ reason }) => reason !== first.reason)) return null
  const isOneRun = roots.every(({ failedRun }) => failedRun?.id === first.failedRun?.id)
  return isOneRun && first.failedRun ? first.failedRun.words : reasonInWords(first.reason)
}
