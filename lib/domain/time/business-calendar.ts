import { type LocalDay, toDayNumber } from './local-day.ts'
import type { DayNumber } from './zone.ts'

/** Days that count: weekdays by ISO number (Monday = 1) minus holidays (local dates, `2026-12-25`). */
export interface BusinessCalendar {
  weekdays: readonly number[]
  holidays: readonly LocalDay[]
}

interface Lookup {
  weekdays: ReadonlySet<number>
  holidays: ReadonlySet<DayNumber>
  after: Map<number, Map<DayNumber, DayNumber | null>>
}

/** Beyond this many days without a counted one, a calendar is taken to have none. */
const SEARCHED_DAYS_MAX = 4000

const CACHED_DAYS_MAX = 10_000

const lookups = new WeakMap<BusinessCalendar, Lookup>()

function lookupOf(calendar: BusinessCalendar): Lookup {
  let lookup = lookups.get(calendar)
  if (lookup === undefined) {
    lookup = { weekdays: new Set(calendar.weekdays), holidays: new Set(calendar.holidays.map(toDayNumber)), after: new Map() }
    lookups.set(calendar, lookup)
  }
  return lookup
}

/** ISO weekday of a day number: Monday is 1, Sunday 7. */
export function weekdayOf(day: DayNumber): number {
  return ((((day + 3) % 7) + 7) % 7) + 1
}

/** Whether a day counts; every day does without a calendar. */
export function isBusinessDay(day: DayNumber, calendar: BusinessCalendar | null): boolean {
  if (calendar === null) return true
  const { weekdays, holidays } = lookupOf(calendar)
  return weekdays.has(weekdayOf(day)) && !holidays.has(day)
}

/** The `count`-th counted day after `day`; null when the calendar has so few days that there is none in sight. */
export function businessDayAfter(day: DayNumber, count: number, calendar: BusinessCalendar | null): DayNumber | null {
  if (calendar === null) return day + count
  const { after } = lookupOf(calendar)
  let known = after.get(count)
  if (known === undefined || known.size > CACHED_DAYS_MAX) {
    known = new Map()
    after.set(count, known)
  }
  let found = known.get(day)
  if (found === undefined) {
    found = searchAfter(day, count, calendar)
    known.set(day, found)
  }
  return found
}

function searchAfter(day: DayNumber, count: number, calendar: BusinessCalendar): DayNumber | null {
  let found = day
  let left = count
  for (let searched = 0; left > 0; searched += 1) {
    if (searched > SEARCHED_DAYS_MAX) return null
    found += 1
    if (isBusinessDay(found, calendar)) left -= 1
  }
  return found
}
