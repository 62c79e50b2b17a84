import { weekdayOf } from './business-calendar.ts'
import { DAY_MS, type Instant } from './instant.ts'
import { atTimeOfDayNumber, type LocalDay, toDayNumber } from './local-day.ts'
import { type DayNumber, dayNumberAt } from './zone.ts'

/** Which days come again: weekdays (Monday is 1) of every so many weeks, or one day of every so many months. */
export type RecurringDays =
  | { every: 'week'; interval: number; weekdays: readonly number[] }
  /** In a month that is too short: its last day. */
  | { every: 'month'; interval: number; monthDay: number }

/** Something that comes again by the clocks of a zone. */
export interface Recurrence {
  days: RecurringDays
  /** `22:00`; it ends at `to`, on the next day where that is not later. */
  from: string
  to: string
  /** Weeks and months are counted from the one this day lies in. */
  firstDay: LocalDay
  /** Included; null: until somebody ends it. */
  lastDay: LocalDay | null
  zone: string
}

/** One time that it comes: from ≤ t < to. */
export interface Stretch {
  from: Instant
  to: Instant
}

/** A stretch lasts a day at most, and clocks have skipped a whole one: what began earlier reaches no further. */
const LOOKED_BACK_DAYS = 4
const BLOCK_MS = 64 * DAY_MS
/** The rarest comes once in twelve months. */
const SEARCHED_BLOCKS_MAX = 7

/**
 * The stretches that begin in [from, to), in order, none of them over another: they are the same whatever part of time is asked for. A wall
 * time that clocks skip is shifted by the gap, of one that they repeat the first is meant; where nothing would be left of a stretch, it
 * keeps the length it has on other days.
 */
export function stretchesBetween(recurrence: Recurrence, from: Instant, to: Instant): Stretch[] {
  const { zone, lastDay } = recurrence
  const first = Math.max(toDayNumber(recurrence.firstDay), dayNumberAt(from, zone) - LOOKED_BACK_DAYS)
  const last = Math.min(lastDay === null ? Number.POSITIVE_INFINITY : toDayNumber(lastDay), dayNumberAt(to, zone))
  const found: Stretch[] = []
  let reached = Number.NEGATIVE_INFINITY
  for (let day = first; day <= last; day += 1) {
    if (!comesOn(recurrence, day)) continue
    const whole = stretchOn(recurrence, day)
    const begin = Math.max(whole.from, reached)
    reached = Math.max(reached, whole.to)
    if (begin < whole.to && begin >= from && begin < to) found.push({ from: begin, to: whole.to })
  }
  return found
}

/** The first stretch that begins after an instant; null when there is none any more. */
export function nextStretch(recurrence: Recurrence, after: Instant): Stretch | null {
  const start = Math.max(after + 1, (toDayNumber(recurrence.firstDay) - 1) * DAY_MS)
  for (let block = 0; block < SEARCHED_BLOCKS_MAX; block += 1) {
    const from = start + block * BLOCK_MS
    const [next] = stretchesBetween(recurrence, from, from + BLOCK_MS)
    if (next !== undefined) return next
  }
  return null
}

/** The first instant from `from` on that two of them have in common; null when there is none before `to`. */
export function firstOverlap(one: Recurrence, other: Recurrence, from: Instant, to: Instant): Instant | null {
  const [mine, theirs] = [one, other].map((each) => stretchesBetween(each, from - 2 * DAY_MS, to).filter((stretch) => stretch.to > from))
  for (let i = 0, j = 0; ; ) {
    const [a, b] = [mine?.[i], theirs?.[j]]
    if (a === undefined || b === undefined) return null
    if (a.from < b.to && b.from < a.to) return Math.max(a.from, b.from, from)
    if (a.to <= b.from) i += 1
    else j += 1
  }
}

function stretchOn({ from, to, zone }: Recurrence, day: DayNumber): Stretch {
  const lastDay = to > from ? day : day + 1
  const [begin, end] = [atTimeOfDayNumber(day, from, zone), atTimeOfDayNumber(lastDay, to, zone)]
  if (end > begin) return { from: begin, to: end }
  return { from: begin, to: begin + atTimeOfDayNumber(lastDay, to, 'UTC') - atTimeOfDayNumber(day, from, 'UTC') }
}

function comesOn({ days, firstDay }: Recurrence, day: DayNumber): boolean {
  if (days.every === 'week') {
    if (!days.weekdays.includes(weekdayOf(day))) return false
    return (weekOf(day) - weekOf(toDayNumber(firstDay))) % days.interval === 0
  }
  const [date, first] = [new Date(day * DAY_MS), new Date(toDayNumber(firstDay) * DAY_MS)]
  const lastOfMonth = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate()
  return date.getUTCDate() === Math.min(days.monthDay, lastOfMonth) && (monthOf(date) - monthOf(first)) % days.interval === 0
}

/** Weeks begin on Monday; 1970-01-01 was a Thursday. */
function weekOf(day: DayNumber): number {
  return Math.floor((day + 3) / 7)
}

function monthOf(date: Date): number {
  return date.getUTCFullYear() * 12 + date.getUTCMonth()
}
