const WEEKDAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday']
const SHORT = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']
const NUMBER = /^\d{1,2}$/

/** A cron line as people say it, `every day at 02:00`; lines out of the ordinary are quoted as they are. */
export function cronInWords(line: string): string {
  const [minute = '', hour = '', dayOfMonth = '', month = '', dayOfWeek = ''] = line.trim().toLowerCase().split(/\s+/)
  const days = daysInWords(dayOfMonth, month, dayOfWeek)
  const times = timesInWords(minute, hour)
  if (days === null || times === null) return `on the cron line ${line.trim()}`
  if (times.startsWith('at')) return `${days} ${times}`
  return days === 'every day' ? times : `${times}, ${days}`
}

function timesInWords(minute: string, hour: string): string | null {
  const step = /^\*\/(\d+)$/.exec(minute)
  if (hour === '*' && minute === '*') return 'every minute'
  if (hour === '*' && step?.[1] !== undefined) return `every ${step[1]} minutes`
  if (!NUMBER.test(minute)) return null
  const minutes = minute.padStart(2, '0')
  if (hour === '*') return `every hour at minute ${minutes}`
  const hourStep = /^\*\/(\d+)$/.exec(hour)
  if (hourStep?.[1] !== undefined) return `every ${hourStep[1]} hours at minute ${minutes}`
  const hours = hour.split(',')
  if (!hours.every((h) => NUMBER.test(h))) return null
  return `at ${listInWords(hours.map((h) => `${h.padStart(2, '0')}:${minutes}`))}`
}

function daysInWords(dayOfMonth: string, month: string, dayOfWeek: string): string | null {
  if (month !== '*') return null
  if (dayOfWeek === '*' && dayOfMonth === '*') return 'every day'
  if (dayOfWeek === '*') return NUMBER.test(dayOfMonth) ? `on day ${Number(dayOfMonth)} of every month` : null
  return dayOfMonth === '*' ? weekdaysInWords(dayOfWeek) : null
}

function weekdaysInWords(field: string): string | null {
  const [from, to, ...more] = field.split('-')
  if (to !== undefined) {
    const range = [from, to].map((name) => weekdayName(name ?? ''))
    return more.length > 0 || range.includes(undefined) ? null : range.join(' to ')
  }
  const names = field.split(',').map(weekdayName)
  const known = names.filter((name) => name !== undefined)
  return known.length < names.length ? null : `every ${listInWords(known)}`
}

function weekdayName(text: string): string | undefined {
  return NUMBER.test(text) ? WEEKDAYS[Number(text)] : WEEKDAYS[SHORT.indexOf(text)]
}

function listInWords(items: readonly string[]): string {
  return items.length < 2 ? items.join('') : `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`
}
