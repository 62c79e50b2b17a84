import { isSpecial, parseCronLine } from '#lib/domain/time/cron-line.ts'

/** The last three fields of a cron line, a day before or after; null: no line of cron says that. */
export function shiftDays(days: string, by: -1 | 1): string | null {
  const [day = '*', month = '*', weekday = '*'] = days.split(' ').map((field) => (field === '?' ? '*' : field))
  if (isSpecial(day) || isSpecial(weekday)) return null
  // The first or last day of a month would be of another one.
  if (month !== '*' && (day === '*' || weekday !== '*')) return null
  const { dayOfMonth, dayOfWeek } = parseCronLine(`0 0 ${day} ${month} ${weekday}`).fields
  const monthDays = [...dayOfMonth.values].map((value) => shiftDay(Number(value), by, month === '*'))
  if (day !== '*' && monthDays.some((one) => one === null)) return null
  const weekdays = [...dayOfWeek.values].map((value) => (Number(value) + by + 7) % 7)
  const onWeekdays = [...new Set(weekdays)].sort((a, b) => a - b).join(',')
  return `${day === '*' ? '*' : monthDays.join(',')} ${month} ${weekday === '*' ? '*' : onWeekdays}`
}

/** null: not in each month. */
function shiftDay(day: number, by: -1 | 1, isEachMonth: boolean): number | 'L' | null {
  if (day + by === 0) return isEachMonth ? 'L' : null
  return day > (by === 1 ? 27 : 28) ? null : day + by
}
