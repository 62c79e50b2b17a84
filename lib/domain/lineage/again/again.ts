import type { Instant } from '#lib/domain/time/instant.ts'

/** A date, if these answer and the next runs of those succeed. */
export interface GoodBy {
  kind: 'by'
  at: Instant
  /** When the first run begins that this rests on, or the next look; past: it goes on. */
  tryAt: Instant
  /** Nothing has to run: it is good as soon as these answer, and seen to be at the next look. */
  isLook: boolean
  ifAnswering: string[]
  ifSucceeding: string[]
}

/** When something is good again; or why there is no date, and whom to ask. */
export type GoodAgain = GoodBy | { kind: 'no-date'; because: string; ask: string | null }

/** What has to come true before, by the names of systems, flows and jobs. */
export interface Conditions {
  ifAnswering: readonly string[]
  ifSucceeding: readonly string[]
}

/** When both are good again: with the later, on the conditions of both; without a date where one has none. */
export function againOfBoth(a: GoodAgain, b: GoodAgain): GoodAgain {
  if (a.kind === 'no-date') return a
  return b.kind === 'no-date' ? b : laterOf(a, b)
}

/** The later of two dates, on the conditions of both. A run is the first try also where a look comes before it. */
export function laterOf(a: GoodBy, b: GoodBy): GoodBy {
  const tries = a.isLook === b.isLook ? [a.tryAt, b.tryAt] : [a.isLook ? b.tryAt : a.tryAt]
  return {
    kind: 'by',
    at: Math.max(a.at, b.at),
    tryAt: Math.min(...tries),
    isLook: a.isLook && b.isLook,
    ifAnswering: [...new Set([...a.ifAnswering, ...b.ifAnswering])],
    ifSucceeding: [...new Set([...a.ifSucceeding, ...b.ifSucceeding])],
  }
}
