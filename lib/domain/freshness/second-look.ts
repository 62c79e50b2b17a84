import { HOUR_MS, type Instant, SECOND_MS } from '#lib/domain/time/instant.ts'
import type { LastingReason } from './facts.ts'

/** What a look at one asset came to: a good look, no answer this time, or an answer that lasts. */
export type ProbeAnswer<R extends string = LastingReason> = 'good' | 'failed' | R

/** What is believed of one asset, or of a connection: an answer heard twice, and one heard once. */
export interface Hearsay<R extends string = LastingReason> {
  /** Since when the answer in force has been given; null: there is none. */
  inForce: { reason: R; from: Instant } | null
  suspected: { reason: R; at: Instant } | null
}

export interface Heard<R extends string = LastingReason> extends Hearsay<R> {
  /** The answer in force until now ends here; null: it goes on, or there was none. */
  endedAt: Instant | null
  /** An answer is in force from here on; null: none has begun. */
  begunAt: Instant | null
  /** When to look at the asset again, apart from all others; null: the usual pace will do. */
  lookAgainAt: Instant | null
}

/** A table that is dropped and made anew is back by then. */
const SECOND_LOOK_AFTER_MS = 40 * SECOND_MS
/** Two answers closer together than this are one. */
export const APART_MIN_MS = 30 * SECOND_MS
/** What nobody could hear a second time for this long is heard for the first time again. */
const SUSPECTED_MAX_MS = HOUR_MS

/**
 * What is believed after one more look. An answer that lasts is in force once a second look, at least half a minute later, got the
 * same one, and dates from the first; looks that got no answer change nothing. A good look ends everything.
 */
export function hear<R extends string = LastingReason>(
  { inForce, suspected }: Hearsay<R>,
  answer: ProbeAnswer<NoInfer<R>>,
  at: Instant,
): Heard<R> {
  const unchanged: Heard<R> = { inForce, suspected, endedAt: null, begunAt: null, lookAgainAt: null }
  if (answer === 'good') return { ...unchanged, inForce: null, suspected: null, endedAt: inForce === null ? null : at }
  const known = suspected !== null && at - suspected.at <= SUSPECTED_MAX_MS ? suspected : null
  if (answer === 'failed') {
    return { ...unchanged, suspected: known, lookAgainAt: known === null ? null : at + SECOND_LOOK_AFTER_MS }
  }
  if (inForce?.reason === answer) return { ...unchanged, suspected: null }
  if (known?.reason !== answer) {
    return { ...unchanged, suspected: { reason: answer, at }, lookAgainAt: at + SECOND_LOOK_AFTER_MS }
  }
  if (at - known.at < APART_MIN_MS) return { ...unchanged, lookAgainAt: known.at + SECOND_LOOK_AFTER_MS }
  return {
    inForce: { reason: answer, from: known.at },
    suspected: null,
    endedAt: inForce === null ? null : known.at,
    begunAt: known.at,
    lookAgainAt: null,
  }
}
