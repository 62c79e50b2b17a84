import { businessDayAfter } from './business-calendar.ts'
import { atTimeOfDayNumber } from './local-day.ts'
import type { CalendarDaysPolicy } from './policy.ts'
import { NEVER, type PolicyKind } from './policy-kind.ts'
import { dayNumberAt, startOfDayNumber } from './zone.ts'

/**
 * Counts local days, those of the calendar only. The day that makes it one too many begins as due and is late from
 * `by`; there is no such respite for stale, nor a second one on the days after.
 */
export const calendarDaysPolicy: PolicyKind<CalendarDaysPolicy> = {
  judge(policy, { at, clock }) {
    const { zone, calendar, by } = policy
    const day = dayNumberAt(at, zone)
    // Data cannot be through today before today is over: yesterday is as good as it gets.
    const asGoodAsToday = clock === 'dataThroughAt' ? 1 : 0
    const lateDay = businessDayAfter(day, policy.lateAfterDays + asGoodAsToday, calendar)
    const staleDay = businessDayAfter(day, policy.staleAfterDays + 1 + asGoodAsToday, calendar)
    if (lateDay === null) return { dueFrom: NEVER, lateAt: NEVER, staleAt: NEVER, dueAt: NEVER }
    const lateAt = atTimeOfDayNumber(lateDay, by, zone)
    const staleAt = staleDay === null ? NEVER : Math.max(lateAt, startOfDayNumber(staleDay, zone))
    return { dueFrom: startOfDayNumber(lateDay, zone), lateAt, staleAt, dueAt: lateAt }
  },
  judgeNothing: () => null,
  words: (policy) => {
    const days = policy.calendar === null ? 'day' : 'business day'
    const often = policy.lateAfterDays === 1 ? `every ${days}` : `every ${policy.lateAfterDays} ${days}s`
    return `new ${often} by ${policy.by} (${policy.zone})`
  },
}
