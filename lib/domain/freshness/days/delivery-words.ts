import { MINUTE_MS } from '#lib/domain/time/instant.ts'
import { timeOfDay } from '#lib/domain/time/local-day.ts'
import { dayNumberAt } from '#lib/domain/time/zone.ts'
import { formatDuration } from '#lib/domain/wording/durations.ts'
import type { LateDelivery } from './day-status.ts'

/** How late a delivery came, and when: `6 h 5 min late, 09:05`; with the day where it is not that on which it was expected. */
export function lateInWords({ expectedBy, at }: LateDelivery, zone: string): string {
  const lateMs = at - expectedBy
  const whole = lateMs < MINUTE_MS ? lateMs : lateMs - (lateMs % MINUTE_MS)
  const days = dayNumberAt(at, zone) - dayNumberAt(expectedBy, zone)
  const day = days === 0 ? '' : days === 1 ? ' the day after' : ` ${days} days after`
  return `${formatDuration(whole, 3)} late, ${timeOfDay(at, zone)}${day}`
}
