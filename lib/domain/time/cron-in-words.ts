import type { CronExpression } from 'cron-parser'
import { listInWords } from '#lib/domain/wording/lists.ts'
import { isSpecial, parseCronLine } from './cron-line.ts'

const WEEKDAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']
/** More times or minutes than this are not told one by one. */
const TOLD_MAX = 6
/** Minutes are short, and their rhythm is not to be guessed. */
const MINUTES_TOLD_MAX = 12
const SHORTEST_MONTH = 28

/** Explanations name their promise each time they are worked out; a catalogue has few lines. */
const told = new Map<string, string>()
const CACHED_LINES_MAX = 1000

/** A cron line as people say it, `every day at 02:00`; lines out of the ordinary are quoted as they are. */
export function cronInWords(line: string): string {
  const known = told.get(line)
  if (known !== undefined) return known
  if (told.size >= CACHED_LINES_MAX) told.clear()
  const words = inWords(line)
  told.set(line, words)
  return words
}

function inWords(line: string): string {
  const quoted = `on the cron line ${line.trim()}`
  const parsed = parse(line)
  const days = parsed === null ? null : daysInWords(parsed)
  const times = parsed === null ? null : timesInWords(numbers(parsed.fields.minute.values), numbers(parsed.fields.hour.values))
  if (days === null || times === null) return quoted
  if (times.startsWith('at')) return `${days} ${times}`
  return days === 'every day' ? times : `${times}, ${days}`
}

function parse(line: string): CronExpression | null {
  try {
    const fields = line.trim().split(/\s+/)
    const isOrdinary = fields.length === 5 && !fields.some((field) => field !== '?' && isSpecial(field))
    return isOrdinary ? parseCronLine(line) : null
  } catch {
    return null
  }
}

function numbers(values: readonly unknown[]): number[] {
  return [...new Set(values.map(Number))].sort((a, b) => a - b)
}

/** The step of values that divide the round evenly from 0, which is all that "every" may say; else null. */
function rhythm(values: readonly number[], round: number): number | null {
  const step = round / values.length
  return Number.isInteger(step) && values.every((value, i) => value === i * step) ? step : null
}

function timesInWords(minutes: readonly number[], hours: readonly number[]): string | null {
  if (hours.length === 24) return withinHour(minutes)
  if (minutes.length * hours.length <= TOLD_MAX) {
    const times = hours.flatMap((hour) => minutes.map((minute) => `${two(hour)}:${two(minute)}`))
    const step = rhythm(hours, 24)
    if (times.length < 4 || step === null || minutes.length > 1) return `at ${listInWords(times)}`
  }
  const [minute] = minutes
  const step = rhythm(hours, 24)
  return step === null || minute === undefined || minutes.length > 1 ? null : `every ${step} hours at minute ${two(minute)}`
}

function withinHour(minutes: readonly number[]): string | null {
  const step = rhythm(minutes, 60)
  if (step === 1) return 'every minute'
  if (step !== null && minutes.length > 1) return `every ${step} minutes`
  if (minutes.length > MINUTES_TOLD_MAX) return null
  return `every hour at minute${minutes.length === 1 ? '' : 's'} ${listInWords(minutes.map(two))}`
}

function daysInWords({ fields }: CronExpression): string | null {
  const { dayOfMonth, month, dayOfWeek } = fields
  if (!month.isWildcard) return null
  if (dayOfMonth.isWildcard) return weekdaysInWords(dayOfWeek.values)
  return dayOfWeek.isWildcard ? daysOfMonthInWords(dayOfMonth.values) : null
}

function daysOfMonthInWords(values: readonly unknown[]): string | null {
  const days = numbers(values)
  if (days.some(Number.isNaN)) return null
  if (days.length === 31) return 'every day'
  if (days.length > TOLD_MAX) return null
  const isRare = days.some((day) => day > SHORTEST_MONTH)
  const which = days.length === 1 ? `day ${days[0]}` : `days ${listInWords(days.map(String))}`
  return `on ${which} of every month${isRare ? ` that has ${days.length === 1 ? 'it' : 'them'}` : ''}`
}

function weekdaysInWords(values: readonly unknown[]): string | null {
  const days = numbers(values.map((value) => Number(value) % 7))
  if (days.some(Number.isNaN)) return null
  if (days.length === 7) return 'every day'
  const [first, last] = [days[0], days.at(-1)]
  if (first === undefined || last === undefined) return null
  const names = days.map((day) => WEEKDAYS[day] ?? '')
  return days.length > 2 && last - first === days.length - 1 ? `${WEEKDAYS[first]} to ${WEEKDAYS[last]}` : `every ${listInWords(names)}`
}

const two = (value: number) => String(value).padStart(2, '0')
