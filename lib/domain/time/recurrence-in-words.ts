import { dayName } from '#lib/domain/wording/dates.ts'
import { listInWords } from '#lib/domain/wording/lists.ts'
import type { Recurrence, RecurringDays } from './recurrence.ts'

const WEEKDAYS = ['Mondays', 'Tuesdays', 'Wednesdays', 'Thursdays', 'Fridays', 'Saturdays', 'Sundays']
const EVERY_DAY = 'Every day'
const LAST_OF_MONTH = 31
const SHORTEST_MONTH = 28

/** As people say it: `Sundays 02:00–04:00, until Sun 28 Feb 2027`; where it is not said beside it, with the zone behind the times. */
export function recurrenceInWords(recurrence: Recurrence, zone: 'with zone' | 'without zone' = 'without zone'): string {
  const { days, from, to, lastDay } = recurrence
  const where = zone === 'with zone' ? ` ${recurrence.zone}` : ''
  const until = lastDay === null ? '' : `, until ${dayName(lastDay)}`
  return `${daysInWords(days)} ${from}–${to}${to > from ? '' : ' of the next day'}${where}${until}`
}

function daysInWords(days: RecurringDays): string {
  if (days.every === 'week') {
    const names = weekdaysInWords(days.weekdays)
    return days.interval === 1 ? names : `Every ${days.interval} weeks, ${names === EVERY_DAY ? 'every day' : `on ${names}`}`
  }
  const which = days.monthDay === LAST_OF_MONTH ? 'on the last day' : `on day ${days.monthDay}`
  const shorter = days.monthDay > SHORTEST_MONTH && days.monthDay < LAST_OF_MONTH ? ' (or the last one)' : ''
  return `${days.interval === 1 ? 'Every month' : `Every ${days.interval} months`} ${which}${shorter},`
}

function weekdaysInWords(weekdays: readonly number[]): string {
  const days = [...new Set(weekdays)].sort((a, b) => a - b)
  const names = days.map((day) => WEEKDAYS[day - 1] ?? '')
  if (days.length === 7) return EVERY_DAY
  const [first = '', last = ''] = [names[0], names.at(-1)]
  if (days.length > 2 && (days.at(-1) ?? 0) - (days[0] ?? 0) === days.length - 1) return `${first} to ${last}`
  return listInWords(names)
}
