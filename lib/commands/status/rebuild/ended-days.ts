import type { KnownSpan } from '#lib/db/history/spans.ts'
import { END_OF_TIME, type Instant } from '#lib/domain/time/instant.ts'
import { addDays, atTimeOfDay, type DayBounds, daysFromTo, type LocalDay } from '#lib/domain/time/local-day.ts'
import type { Reporting } from './reporting.ts'

/** An ended day, and the instant at which it must be ready where anything is promised. */
export interface EndedDay extends DayBounds {
  readyAt: Instant
}

/** The days from this one on that have ended by now. */
export function endedDays(firstDay: LocalDay, { today, zone, readyBy }: Reporting): EndedDay[] {
  return daysFromTo(firstDay, addDays(today, -1), zone).map((day) => ({ ...day, readyAt: atTimeOfDay(day.day, readyBy, zone) }))
}

/** Those of the days that are not before this one. */
export function since(firstDay: LocalDay, days: readonly EndedDay[]): EndedDay[] {
  return days.filter(({ day }) => day >= firstDay)
}

/** Where days begin; there may be none. */
export function startOf(days: readonly EndedDay[]): Instant {
  return days[0]?.start ?? END_OF_TIME
}

/** The spans that lie in each of these days; spans and days are in order. */
export function spansByDay(spans: readonly KnownSpan[], days: readonly EndedDay[]): KnownSpan[][] {
  let first = 0
  return days.map(({ start, end }) => {
    while ((spans[first]?.to ?? END_OF_TIME) <= start) first += 1
    let last = first
    while ((spans[last]?.from ?? END_OF_TIME) < end) last += 1
    return spans.slice(first, last)
  })
}
