import { z } from 'zod'

/** Weekdays as people write them; the position + 1 is the ISO number. */
export const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const

const NAMES: readonly string[] = WEEKDAYS
const numberOf = (day: string) => NAMES.indexOf(day.trim().toLowerCase()) + 1

function isWeekdays(text: string): boolean {
  return text.split(',').every((part) => part.split('-').every((day) => numberOf(day) > 0))
}

/** `mon-fri`, `sat,sun`, or a list of names. */
export const weekdaysSchema = z.union([
  z.string().refine(isWeekdays, 'is not a range or list of weekdays, such as mon-fri'),
  z.array(z.enum(WEEKDAYS)).min(1, 'must hold at least one weekday'),
])

/** ISO numbers of `mon-fri`, `sat,sun`, `sun-thu` or a list of names. */
export function weekdayNumbers(written: string | readonly string[]): number[] {
  const parts = typeof written === 'string' ? written.split(',') : written
  const numbers = parts.flatMap((part) => {
    const [first = '', last = first] = part.split('-')
    const length = ((numberOf(last) - numberOf(first) + 7) % 7) + 1
    return Array.from({ length }, (_, i) => ((numberOf(first) - 1 + i) % 7) + 1)
  })
  return [...new Set(numbers)].sort((a, b) => a - b)
}
