import { z } from 'zod'
import { DAY_MS, HOUR_MS, type Instant, MINUTE_MS } from './instant.ts'
import { type DayNumber, dayNumberAt, instantOf, isValidZone, startOfDayNumber, wallTimeAt } from './zone.ts'

/** A local date, `2026-11-20`. Which zone it is local to stands beside it. */
export type LocalDay = string

const TIME_OF_DAY = /^([01]\d|2[0-3]):([0-5]\d)$/

/** A wall-clock time `HH:MM`, `00:00` to `23:59`. */
export const timeOfDaySchema = z.string().regex(TIME_OF_DAY, 'is not a time of day; write one such as "08:00"')

export const zoneSchema = z.string().refine(isValidZone, 'is not an IANA time zone; write one such as America/New_York')

/** True for a date that exists, written `YYYY-MM-DD`. */
export function isValidDay(day: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(day) && toLocalDay(toDayNumber(day)) === day
}

/** Days since 1970-01-01; NaN for text that is no date. */
export function toDayNumber(day: LocalDay): DayNumber {
  return Date.parse(`${day}T00:00:00Z`) / DAY_MS
}

/** The date with this day number. */
export function toLocalDay(day: DayNumber): LocalDay {
  return Number.isNaN(day) ? 'no date' : new Date(day * DAY_MS).toISOString().slice(0, 10)
}

/** The local date of an instant. */
export function localDay(at: Instant, zone: string): LocalDay {
  return toLocalDay(dayNumberAt(at, zone))
}

/** The first instant of a local day, which is not always midnight. */
export function startOfDay(day: LocalDay, zone: string): Instant {
  return startOfDayNumber(toDayNumber(day), zone)
}

/** The first instant after a local day: 23, 24 or 25 hours later, or none at all for a day the zone skipped. */
export function endOfDay(day: LocalDay, zone: string): Instant {
  return startOfDayNumber(toDayNumber(day) + 1, zone)
}

export interface DayBounds {
  day: LocalDay
  start: Instant
  end: Instant
}

/** A local day with its `startOfDay` and `endOfDay`. */
export function boundsOfDay(day: LocalDay, zone: string): DayBounds {
  return { day, start: startOfDay(day, zone), end: endOfDay(day, zone) }
}

/** Every day from `first` to `last`, both included. */
export function daysFromTo(first: LocalDay, last: LocalDay, zone: string): DayBounds[] {
  return Array.from({ length: Math.max(0, daysBetween(first, last) + 1) }, (_, n) => boundsOfDay(addDays(first, n), zone))
}

/** The date `n` days later, earlier when negative. */
export function addDays(day: LocalDay, n: number): LocalDay {
  return toLocalDay(toDayNumber(day) + n)
}

export function earlierDay(a: LocalDay, b: LocalDay): LocalDay {
  return a < b ? a : b
}

export function laterDay(a: LocalDay, b: LocalDay): LocalDay {
  return a > b ? a : b
}

/** How many days `b` is after `a`. */
export function daysBetween(a: LocalDay, b: LocalDay): number {
  return toDayNumber(b) - toDayNumber(a)
}

/** The first instant of a day that shows this time; a skipped time is shifted by the gap. */
export function atTimeOfDay(day: LocalDay, time: string, zone: string): Instant {
  return atTimeOfDayNumber(toDayNumber(day), time, zone)
}

/** `atTimeOfDay` for a day number. */
export function atTimeOfDayNumber(day: DayNumber, time: string, zone: string): Instant {
  return instantOf(day * DAY_MS + Number(time.slice(0, 2)) * HOUR_MS + Number(time.slice(3, 5)) * MINUTE_MS, zone)
}

/** The wall-clock time of an instant, `HH:MM`. */
export function timeOfDay(at: Instant, zone: string): string {
  return new Date(wallTimeAt(at, zone)).toISOString().slice(11, 16)
}
