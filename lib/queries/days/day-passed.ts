import type { Instant } from '#lib/domain/time/instant.ts'
import { boundsOfDay, isValidDay, type LocalDay } from '#lib/domain/time/local-day.ts'
import type { DayWindow } from '#lib/queries/shared/day-window.ts'

/** The part of a day that has passed. */
export interface DayPassed {
  day: LocalDay
  start: Instant
  /** Its end, or now. */
  until: Instant
}

/** What has passed of a day; null where it is none of the ninety that are kept. */
export function passedOf(day: string, { first, today, zone, now }: DayWindow): DayPassed | null {
  if (!isValidDay(day) || day < first || day > today) return null
  const { start, end } = boundsOfDay(day, zone)
  return { day, start, until: Math.min(end, now) }
}
