import { DAY_MS } from '#lib/domain/time/instant.ts'

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']
/** What is further away than this is written with its year: in any case, and where that is another one. */
const YEAR_SHOWN_AFTER_DAYS = 300
const OTHER_YEAR_SHOWN_AFTER_DAYS = 31

const formats = new Map<string, Intl.DateTimeFormat>()

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone)
  if (known) return known
  const options = {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  } as const
  const made = new Intl.DateTimeFormat('en-US', options)
  formats.set(zone, made)
  return made
}

interface Wall {
  year: number
  month: number
  day: number
  weekday: string
  time: string
  seconds: string
}

function wallOf(at: number, zone: string): Wall {
  const parts: Record<string, string> = {}
  for (const part of formatOf(zone).formatToParts(at)) parts[part.type] = part.value
  const year = Number(parts['year'])
  const month = Number(parts['month'])
  const day = Number(parts['day'])
  const weekday = WEEKDAYS[new Date(Date.UTC(year, month - 1, day)).getUTCDay()] ?? ''
  return { year, month, day, weekday, time: `${parts['hour']}:${parts['minute']}`, seconds: parts['second'] ?? '00' }
}

function dateText(wall: { year: number; month: number; day: number }, withYear: boolean): string {
  return `${wall.day} ${MONTHS[wall.month - 1]}${withYear ? ` ${wall.year}` : ''}`
}

/** Whether the year is said: a date of another year a month away, or any most of a year away. */
function isFar(at: number, zone: string, reference: number): boolean {
  const days = Math.abs(at - reference) / DAY_MS
  if (days <= OTHER_YEAR_SHOWN_AFTER_DAYS) return false
  return days > YEAR_SHOWN_AFTER_DAYS || wallOf(at, zone).year !== wallOf(reference, zone).year
}

/** `20 Nov 02:04`: local date and time in a zone; with the year when it is far from `reference`. */
export function shortTime(at: number, zone: string, reference: number): string {
  const wall = wallOf(at, zone)
  return `${dateText(wall, isFar(at, zone, reference))} ${wall.time}`
}

/** `Fri 20 Nov 02:04`. */
export function longTime(at: number, zone: string, reference: number): string {
  return `${wallOf(at, zone).weekday} ${shortTime(at, zone, reference)}`
}

const NEAR_DAYS = 6

/** An instant as near as it is: `21:55` of the same day, `yesterday 21:55`, `tomorrow 03:00`, `Fri 21:55` within six days, else `20 Nov 21:55`. */
export function nearTime(at: number, zone: string, reference: number): string {
  const daysAgo = daysBefore(at, reference, zone)
  const { time, weekday } = wallOf(at, zone)
  if (daysAgo === 0) return time
  if (Math.abs(daysAgo) === 1) return `${daysAgo === 1 ? 'yesterday' : 'tomorrow'} ${time}`
  return Math.abs(daysAgo) <= NEAR_DAYS ? `${weekday} ${time}` : shortTime(at, zone, reference)
}

/** `02:04:31`, for logs. */
export function clockTime(at: number, zone: string): string {
  const wall = wallOf(at, zone)
  return `${wall.time}:${wall.seconds}`
}

/** `19 Nov`: the local date of an instant. */
export function dayOfInstant(at: number, zone: string, reference: number): string {
  return dateText(wallOf(at, zone), isFar(at, zone, reference))
}

/** `19 Nov` for a local day; with its year when it is far from `reference`. */
export function dayOfYear(day: string, reference: number): string {
  return dayOfInstant(Date.parse(`${day}T12:00:00Z`), 'UTC', reference)
}

/** `Fri 20 Nov 2026` for a local day. */
export function dayName(day: string): string {
  const at = new Date(`${day}T00:00:00Z`)
  return `${WEEKDAYS[at.getUTCDay()]} ${at.getUTCDate()} ${MONTHS[at.getUTCMonth()]} ${at.getUTCFullYear()}`
}

const MONTHS_IN_FULL = [
  ...['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December'],
]
const WEEKDAYS_IN_FULL = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']

/** `Friday, 20 November 2026` for a local day. */
export function dayInFull(day: string): string {
  const at = new Date(`${day}T00:00:00Z`)
  return `${WEEKDAYS_IN_FULL[at.getUTCDay()]}, ${at.getUTCDate()} ${MONTHS_IN_FULL[at.getUTCMonth()]} ${at.getUTCFullYear()}`
}

/** How many local days an instant lies before another; negative after it. */
export function daysBefore(at: number, reference: number, zone: string): number {
  const numberOf = ({ year, month, day }: Wall) => Date.UTC(year, month - 1, day) / DAY_MS
  return numberOf(wallOf(reference, zone)) - numberOf(wallOf(at, zone))
}

/** The local day `n` days later. */
export function dayAfter(day: string, n: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + n * DAY_MS).toISOString().slice(0, 10)
}

/** What people in a zone call their time at an instant: `EST`, `GMT+1`. */
export function zoneAbbreviation(at: number, zone: string): string {
  const parts = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'short' }).formatToParts(at)
  return parts.find((part) => part.type === 'timeZoneName')?.value ?? zone
}

/** `America/New_York` as people read it: `New York`. */
export function zoneCity(zone: string): string {
  return (zone.split('/').at(-1) ?? zone).replaceAll('_', ' ')
}

/** An instant as `<time datetime>` wants it, to the minute. */
export function machineTime(at: number): string {
  return `${new Date(at).toISOString().slice(0, 16)}Z`
}
