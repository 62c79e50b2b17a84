import { APART_MIN_MS, type Heard, type Hearsay, hear, type ProbeAnswer } from '#lib/domain/freshness/second-look.ts'
import { type Instant, SECOND_MS } from '#lib/domain/time/instant.ts'

/** Why nothing can be in a database: its server has none of that name, or no such account; or nobody listens at its address. */
export const ABSENCES = ['gone', 'unheard'] as const
export type Absence = (typeof ABSENCES)[number]

/** Whether a database is there at all, with the words for it where it is not. */
export type Presence =
  | { answer: 'good' }
  /** `gone`: its server says so; `unheard`: nobody listens at its address; `failed`: nobody knows. */
  | { answer: Absence | 'failed'; problem: string }

/** One question and a second one apart from it are over within a minute. */
export const PULSE_EVERY_MS = 10 * SECOND_MS

/** What is believed of a connection after one more pulse: that its database is not there once it was said twice, half a minute apart. */
export function hearPulse(before: Hearsay<Absence>, answer: ProbeAnswer<Absence>, at: Instant): Heard<Absence> {
  // A server that has lost a database may be down, too: that brings nothing back.
  return hear(before, before.inForce?.reason === 'gone' && answer === 'unheard' ? 'failed' : answer, at)
}

/** When is asked next: at the usual pace, or as soon as a second answer counts as one. */
export function nextPulseAt({ suspected }: Pick<Heard<Absence>, 'suspected'>, at: Instant): Instant {
  const confirmedAt = suspected === null ? null : suspected.at + APART_MIN_MS
  return confirmedAt !== null && confirmedAt > at ? confirmedAt : at + PULSE_EVERY_MS
}
