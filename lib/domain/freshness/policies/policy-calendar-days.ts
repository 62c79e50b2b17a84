import { businessDayAfter } from '#lib/domain/time/business-calendar.ts'
import { nextTick } from '#lib/domain/time/cron.ts'
import { type Instant, ORDINARY_MONDAY } from '#lib/domain/time/instant.ts'
import { atTimeOfDayNumber, timeOfDay } from '#lib/domain/time/local-day.ts'
import { type DayNumber, dayNumberAt, startOfDayNumber } from '#lib/domain/time/zone.ts'
import type { CalendarDaysPolicy } from './policy.ts'
import { NEVER, type PolicyKind } from './policy-kind.ts'

/** Until when a day's arrival has time: the flow's tick of that day and what a run may take, within the day; else `by`. */
function expectedBy({ by, writer, zone }: CalendarDaysPolicy, day: DayNumber): Instant {
  const byTime = atTimeOfDayNumber(day, by, zone)
  if (!writer) return byTime
  const end = startOfDayNumber(day + 1, zone)
  const tick = nextTick(writer, startOfDayNumber(day, zone) - 1)
  return tick !== null && tick < end ? Math.min(tick + writer.graceMs, end) : byTime
}

/**
 * Counts local days, those of the calendar only. The day that makes it one too many begins as due and is late from
 * `by`; there is no such respite for stale, nor a second one on the days after.
 */
export const calendarDaysPolicy: PolicyKind<CalendarDaysPolicy> = {
  judge(policy, { at, clock }) {
    const { zone, calendar } = policy
    const day = dayNumberAt(at, zone)
    // Data cannot be through today before today is over: yesterday is as good as it gets.
    const asGoodAsToday = clock === 'dataThroughAt' ? 1 : 0
    const lateDay = businessDayAfter(day, policy.lateAfterDays + asGoodAsToday, calendar)
    const staleDay = businessDayAfter(day, policy.staleAfterDays + 1 + asGoodAsToday, calendar)
    if (lateDay === null) return { dueFrom: NEVER, lateAt: NEVER, staleAt: NEVER, dueAt: NEVER }
    const lateAt = expectedBy(policy, lateDay)
    const staleAt = staleDay === null ? NEVER : Math.max(lateAt, startOfDayNumber(staleDay, zone))
    return { dueFrom: startOfDayNumber(lateDay, zone), lateAt, staleAt, dueAt: lateAt }
  },
  judgeNothing: () => null,
  words: (policy) => {
    const days = policy.calendar === null ? 'day' : 'business day'
    const often = policy.lateAfterDays === 1 ? `every ${days}` : `every ${policy.lateAfterDays} ${days}s`
    return `new ${often} by ${hourInWords(policy)}`
  },
}

/** In the zone that says the hour: told in another, it would be another hour in summer. */
function hourInWords({ by, writer, zone }: CalendarDaysPolicy): string {
  if (!writer || writer.zone === zone) return `${by} (${zone})`
  return `${timeOfDay(atTimeOfDayNumber(dayNumberAt(ORDINARY_MONDAY, zone), by, zone), writer.zone)} (${writer.zone})`
}
