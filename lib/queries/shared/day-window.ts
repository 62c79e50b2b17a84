import type { Context } from '#lib/db/context.ts'
import { getRolledUpThrough } from '#lib/db/settings.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { addDays, type DayBounds, daysBetween, daysFromTo, type LocalDay, localDay, startOfDay } from '#lib/domain/time/local-day.ts'
import { BAR_DAYS } from './day-cells.ts'

/** The days a screen shows: stored ones first, then those that only the spans know yet (today, and yesterday until it is rolled up). */
export interface DayWindow {
  zone: string
  readyBy: string
  now: Instant
  first: LocalDay
  today: LocalDay
  /** The first day that has no stored row yet. */
  firstOpen: LocalDay
  firstOpenAt: Instant
}

/** The last 90 local days of the page's zone, and from where on they must be computed. */
export async function getDayWindow(ctx: Context, page: { zone: string; readyBy: string }): Promise<DayWindow> {
  const now = ctx.clock.now()
  const today = localDay(now, page.zone)
  const first = addDays(today, 1 - BAR_DAYS)
  const rolledUpThrough = await getRolledUpThrough(ctx.pool)
  const firstOpen = rolledUpThrough === null ? first : clampDay(addDays(rolledUpThrough, 1), first, today)
  return { zone: page.zone, readyBy: page.readyBy, now, first, today, firstOpen, firstOpenAt: startOfDay(firstOpen, page.zone) }
}

function clampDay(day: LocalDay, first: LocalDay, last: LocalDay): LocalDay {
  if (daysBetween(day, first) > 0) return first
  return daysBetween(last, day) > 0 ? last : day
}

/** The open days of a window, oldest first; the last one is today. */
export function openDays({ firstOpen, today, zone }: DayWindow): DayBounds[] {
  return daysFromTo(firstOpen, today, zone)
}
