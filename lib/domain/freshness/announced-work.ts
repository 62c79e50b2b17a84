import { parseDuration } from '#lib/domain/time/duration.ts'
import { DAY_MS, type Instant } from '#lib/domain/time/instant.ts'
import { isValidDay, type LocalDay, localDay, timeOfDaySchema } from '#lib/domain/time/local-day.ts'
import { nextStretch, type Recurrence, type RecurringDays } from '#lib/domain/time/recurrence.ts'
import { readMoment } from '#lib/domain/values/convert-time.ts'
import { formatDuration } from '#lib/domain/wording/durations.ts'
import { readBegin } from './announced-begin.ts'

/** Work as it is announced: once, or again and again. */
export type AnnouncedWork = { kind: 'once'; from: Instant; to: Instant } | { kind: 'recurring'; recurrence: Recurrence }

/** Longer work is no maintenance: the promise is another one meanwhile, and belongs into the catalogue. */
export const MAINTENANCE_MAX_MS = 31 * DAY_MS
const INTERVAL_MAX = 12
/** Nobody knows further ahead. */
const YEARS_AHEAD_MAX = 5

/** The weekdays as a form names them, Monday first. */
export const WEEKDAY_FIELDS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const

type Fields = Readonly<Record<string, unknown>>

/** Reads one field after the other and remembers everything that is wrong. */
class Reading {
  readonly problems: string[] = []
  readonly fields: Fields

  constructor(fields: Fields) {
    this.fields = fields
  }

  text(name: string): string {
    const value = this.fields[name]
    return typeof value === 'string' ? value.trim() : typeof value === 'number' ? String(value) : ''
  }

  number(name: string, most: number, what: string): number {
    const written = this.text(name) || '1'
    const value = /^\d{1,3}$/.test(written) ? Number(written) : 0
    if (value < 1 || value > most) this.problems.push(`${what} is a number from 1 to ${most}.`)
    return value
  }

  time(name: string, what: string): string {
    const value = this.text(name)
    if (!timeOfDaySchema.safeParse(value).success) this.problems.push(`${what} is a time such as 02:00.`)
    return value
  }

  day(name: string, what: string): LocalDay {
    const value = this.text(name)
    if (!isValidDay(value)) this.problems.push(`${what} is a day such as 2026-12-01.`)
    return value
  }
}

/**
 * What a form or a script says about announced work, by the clocks of `zone`: `when` is `now` (with `for`), `once` (`from`, `to`) or `recurring`
 * (`days`, `interval`, weekdays or `monthDay`, `begins`, `ends`, `first`, `last`). Else every problem in words.
 */
export function readAnnouncedWork(fields: Fields, zone: string, now: Instant): AnnouncedWork | { problems: string[] } {
  const reading = new Reading(fields)
  const work = readByWhen(reading, zone, now)
  return work === null || reading.problems.length > 0 ? { problems: reading.problems } : work
}

function readByWhen(reading: Reading, zone: string, now: Instant): AnnouncedWork | null {
  const when = reading.text('when')
  if (when === 'now') return readNow(reading, now)
  if (when === 'once') return readOnce(reading, zone, now)
  if (when === 'recurring') return readRecurring(reading, zone, now)
  reading.problems.push('Say when: now, once or recurring.')
  return null
}

function readNow(reading: Reading, now: Instant): AnnouncedWork {
  const lengthMs = parseDuration(reading.text('for')) ?? 0
  if (lengthMs === 0) reading.problems.push('How long it lasts is a duration such as 45m, 2h or 1d.')
  return once(reading, now, now + lengthMs)
}

function readOnce(reading: Reading, zone: string, now: Instant): AnnouncedWork {
  const begin = readBegin(reading.text('from'), zone, now)
  if (typeof begin !== 'number') reading.problems.push(begin.problem)
  const written = reading.text('to')
  const end = readMoment(written, zone)
  if (end === null) reading.problems.push(`"${written}" is no day and time for the end. Write one such as 2026-12-02 02:00.`)
  const from = typeof begin === 'number' ? begin : now
  const to = end === null ? from : Date.parse(end)
  if (typeof begin === 'number' && end !== null && to <= from) reading.problems.push('It must end after it begins.')
  return once(reading, from, to)
}

/**
 * From when to when a window is to be, by the clocks of `zone`; an empty `from` leaves its begin, an empty `to` lets it last until somebody
 * ends it. Whether it may be so depends on the window.
 */
export function readChangedWindow(fields: Fields, zone: string): { from: Instant | null; to: Instant | null } | { problems: string[] } {
  const reading = new Reading(fields)
  const ends = (['from', 'to'] as const).map((name) => {
    const written = reading.text(name)
    const moment = written === '' ? null : readMoment(written, zone)
    if (written !== '' && moment === null) reading.problems.push(`"${written}" is no day and time. Write one such as 2026-12-01 22:00.`)
    return moment === null ? null : Date.parse(moment)
  })
  return reading.problems.length > 0 ? { problems: reading.problems } : { from: ends[0] ?? null, to: ends[1] ?? null }
}

function once(reading: Reading, from: Instant, to: Instant): AnnouncedWork {
  if (to - from > MAINTENANCE_MAX_MS) reading.problems.push(tooLongInWords())
  return { kind: 'once', from, to }
}

/** Why it may not last so long. */
export function tooLongInWords(): string {
  return `Maintenance lasts at most ${formatDuration(MAINTENANCE_MAX_MS)}. What lasts longer is another promise: change it in the catalogue.`
}

function readRecurring(reading: Reading, zone: string, now: Instant): AnnouncedWork {
  const today = localDay(now, zone)
  const recurrence: Recurrence = {
    days: readDays(reading),
    from: reading.time('begins', 'When it begins'),
    to: reading.time('ends', 'When it ends'),
    firstDay: reading.text('first') === '' ? today : reading.day('first', 'The first day'),
    lastDay: reading.text('last') === '' ? null : reading.day('last', 'The last day'),
    zone,
  }
  if (reading.problems.length === 0) reading.problems.push(...recurrenceProblems(recurrence, now))
  return { kind: 'recurring', recurrence }
}

function readDays(reading: Reading): RecurringDays {
  const days = reading.text('days')
  const interval = reading.number('interval', INTERVAL_MAX, 'Every how many weeks or months')
  if (days === 'month') return { every: 'month', interval, monthDay: reading.number('monthDay', 31, 'The day of the month') }
  if (days !== 'week') reading.problems.push('Say on which days: of the week or of the month.')
  const weekdays = WEEKDAY_FIELDS.flatMap((name, index) => (isTicked(reading.fields[name]) ? [index + 1] : []))
  if (days === 'week' && weekdays.length === 0) reading.problems.push('Say at least one weekday: mon, tue, wed, thu, fri, sat or sun.')
  return { every: 'week', interval, weekdays }
}

function isTicked(value: unknown): boolean {
  return value === true || value === 'true' || value === 'on'
}

/** Why work cannot come again like this from now on, in words. */
export function recurrenceProblems(recurrence: Recurrence, now: Instant): string[] {
  const { firstDay, lastDay, zone } = recurrence
  const farthest = `${Number(localDay(now, zone).slice(0, 4)) + YEARS_AHEAD_MAX}-12-31`
  if (firstDay > farthest || (lastDay !== null && lastDay > farthest)) return [`Nothing is announced beyond ${farthest}.`]
  if (lastDay !== null && lastDay < firstDay) return ['The last day lies before the first.']
  return nextStretch(recurrence, now) === null ? ['It would never come: between the first day and the last there is none that fits.'] : []
}
