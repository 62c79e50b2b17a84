import type { Reason } from '#lib/domain/freshness/status.ts'
import { listInWords } from './lists.ts'
import { reasonInWords } from './words.ts'

interface Root {
  name: string
  /** null: it is not seen, and its name says no more than that. */
  feedKey: string | null
  feedName: string | null
  reason: Reason | null
  /** The run because of which it is so. */
  failedRun?: { id: string; words: string } | null
  /** What it comes down to itself. */
  system?: { kind: 'connection' | 'flow' | 'job'; name: string; isGone?: boolean } | null
}

const NAMED = 3

/** What is wrong with a system that something comes down to, to follow its name and to stand before an instant: `has not answered since`. */
export function failingSince({ kind, isGone }: Omit<NonNullable<Root['system']>, 'name'>): string {
  if (kind === 'connection' && isGone === true) return 'has been gone since'
  return kind === 'connection' ? 'has not answered since' : 'has failed since its run of'
}

/** What holds a feed back in the end, as half a sentence, by the names of the other feeds that it is in, and why where one reason is that of all: `held back by Payments: SAP could not be read.` */
export function heldInWords(roots: readonly Root[], feedKey: string): string {
  const names = [...new Set(roots.map((root) => (root.feedKey === feedKey ? root.name : (root.feedName ?? root.name))))]
  if (names.length === 0) return reasonInWords('blocked')
  const shown = names.length > NAMED ? [...names.slice(0, NAMED - 1), `${names.length - NAMED + 1} others`] : names
  const why = whyAll(roots)
  return `held back by ${listInWords(shown)}${why === null ? '' : `: ${why}`}`
}

/** One connection that is down, or one run that failed, speaks for all that it should have brought. */
function whyAll(roots: readonly Root[]): string | null {
  const [first] = roots
  if (first === undefined) return null
  const down = first.system?.kind === 'connection' ? first.system : null
  if (down !== null && roots.every(({ system }) => system?.kind === 'connection' && system.name === down.name))
    return down.isGone === true ? `the database ${down.name} is gone` : `the connection ${down.name} does not answer`
  if (first.reason === null || roots.some(({ reason }) => reason !== first.reason)) return null
  const isOneRun = roots.every(({ failedRun }) => failedRun?.id === first.failedRun?.id)
  return isOneRun && first.failedRun ? first.failedRun.words : reasonInWords(first.reason)
}
