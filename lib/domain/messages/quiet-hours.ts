import type { Instant } from '#lib/domain/time/instant.ts'
import { addDays, atTimeOfDay, localDay } from '#lib/domain/time/local-day.ts'

/** From when to when nobody is written to, `HH:MM` on the clock on the wall; over midnight where `to` is not after `from`. */
export interface QuietHours {
  from: string
  to: string
}

/** When the quiet hours end that an instant lies in; null: it lies in none. They follow the clock on the wall, also in a night that is an hour longer or shorter. */
export function quietUntil(at: Instant, { from, to }: QuietHours, zone: string): Instant | null {
  const today = localDay(at, zone)
  for (const day of [addDays(today, -1), today]) {
    const end = atTimeOfDay(to > from ? day : addDays(day, 1), to, zone)
    if (atTimeOfDay(day, from, zone) <= at && at < end) return end
  }
  return null
}

/** The first of these times of day at or after an instant. */
export function nextOfTimes(at: Instant, times: readonly string[], zone: string): Instant {
  const today = localDay(at, zone)
  const all = [today, addDays(today, 1), addDays(today, 2)].flatMap((day) => times.map((time) => atTimeOfDay(day, time, zone)))
  return Math.min(...all.filter((one) => one >= at))
}
