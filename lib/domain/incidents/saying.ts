import { DAY_MS, type Instant } from '#lib/domain/time/instant.ts'
import { readMoment } from '#lib/domain/values/convert-time.ts'
import { toShownText } from '#lib/domain/values/shown-text.ts'
import type { Handling, Said } from './said.ts'

/** What somebody wants to say of an incident. */
export type Saying =
  | { kind: 'acknowledged' }
  | { kind: 'assigned'; to: string | null }
  | { kind: 'snoozed'; until: Instant | null }
  | { kind: 'updated' | 'noted' | 'postmortem'; text: string }
  | { kind: 'linked'; to: { kind: 'run' | 'order'; id: string } }

export const TEXT_LENGTH_MAX = 4000
export const ASSIGNEE_LENGTH_MAX = 200
export const SNOOZE_MAX_MS = 30 * DAY_MS

/** The same with words that may be stored and shown anywhere. */
export function toShownSaying(saying: Saying): Saying {
  if ('text' in saying) return { ...saying, text: toShownText(saying.text) }
  return saying.kind === 'assigned' && saying.to !== null ? { ...saying, to: toShownText(saying.to) } : saying
}

/** What is wrong with it, whatever it is said of; null: nothing. */
export function problemOf(saying: Saying, now: Instant): string | null {
  if (saying.kind === 'acknowledged' || saying.kind === 'linked') return null
  if (saying.kind === 'assigned') return saying.to === '' ? 'Say whose it is.' : tooLong('A name', saying.to ?? '', ASSIGNEE_LENGTH_MAX)
  if (saying.kind === 'snoozed') return saying.until === null ? null : problemOfSnooze(saying.until - now)
  return saying.text === '' ? 'Write something.' : tooLong('A text', saying.text, TEXT_LENGTH_MAX)
}

function problemOfSnooze(lengthMs: number): string | null {
  if (lengthMs <= 0) return 'A snooze ends later than now.'
  return lengthMs > SNOOZE_MAX_MS ? 'A snooze lasts 30 days at most.' : null
}

/** When a snooze ends that is written as a day with its time in a zone (`2026-12-01 08:00`), or with an offset; or why that is none. */
export function readSnoozeEnd(written: string, zone: string): Instant | { problem: string } {
  const moment = readMoment(written.trim(), zone)
  if (moment !== null) return Date.parse(moment)
  return { problem: `"${written}" is no day and time. Write one such as 2026-12-01 08:00, as the clocks of ${zone} show it.` }
}

/** Why it cannot be said of an incident that has ended; null: it can. What the facts say of status and times nobody changes by saying something. */
export function conflictOf(saying: Saying): string | null {
  if (saying.kind === 'acknowledged') return 'The incident has ended: there is nothing left to acknowledge.'
  return saying.kind === 'snoozed' && saying.until !== null ? 'The incident has ended: nobody is reminded of it.' : null
}

function tooLong(what: string, text: string, max: number): string | null {
  return text.length > max ? `${what} has at most ${max} characters.` : null
}

/** Whether it was said before and is still so: pressed twice, or by two people. */
export function isSaidAlready(saying: Saying, { handling, said }: { handling: Handling; said: readonly Said[] }): boolean {
  if (saying.kind === 'acknowledged') return handling.acknowledged !== null
  if (saying.kind === 'assigned') return handling.assignee === saying.to
  if (saying.kind === 'snoozed') return handling.snoozedUntil === saying.until
  if (saying.kind === 'linked')
    return said.some((one) => one.kind === 'linked' && one.to.kind === saying.to.kind && one.to.id === saying.to.id)
  const last = said.findLast((one) => one.kind === saying.kind)
  return last !== undefined && 'text' in last && last.text === saying.text
}
