import { STATUSES, type Status } from '#lib/domain/freshness/status.ts'

/** Days a row of bars reaches back, today included. */
export const BAR_DAYS = 90

/** A day is drawn in so many parts: the height of a small bar in pixels. */
export const DAY_UNITS = 28

/** What lasted for a moment is still drawn, with so many of them. */
const LEAST_UNITS = 2

/** Shorter gaps than this are not drawn over a day. */
export const BLIND_SECONDS_DRAWN = 300

/** The part of a day that was spent in one status; null is no status. */
export interface DayPart {
  status: Status | null
  units: number
}

export interface DayCell {
  /** The worst of the day. */
  status: Status | null
  blind: boolean
  /** Worst first; together the whole day. */
  parts: readonly DayPart[]
}

/** Seconds of a day by status, worst first. */
export type DaySeconds = readonly (readonly [Status | null, number])[]

/** A status in the cells and, because a thousand rows of bars name it, in their classes; everywhere else it has its own name. */
export const STATUS_LETTERS: Record<Status, string> = { stale: 's', late: 'l', unknown: 'u', maintenance: 'm', fresh: 'f' }
const STATUS_OF: Record<string, Status> = Object.fromEntries(STATUSES.map((status) => [STATUS_LETTERS[status], status]))
const PART = /([a-z.])(\d+)/gi
const CELL = /\(([^)]*)\)|./g

/**
 * A day as text: one letter when it was the same all day, `.` for no status; else its parts in units, worst first: `(l4f24)`. The first
 * letter is a capital (a lone `.` is an `o`) when a gap in our sight lies over the day.
 */
export function writeCell(seconds: DaySeconds, blind: boolean): string {
  const parts = toParts(seconds)
  const [first] = parts
  if (first === undefined || (parts.length === 1 && first.status === null)) return blind ? 'o' : '.'
  const letters = parts.map(({ status, units }, index) => {
    const letter = status === null ? '.' : STATUS_LETTERS[status]
    return `${blind && index === 0 ? letter.toUpperCase() : letter}${parts.length === 1 ? '' : units}`
  })
  return parts.length === 1 ? letters.join('') : `(${letters.join('')})`
}

/** The days of a row, oldest first. */
export function readDays(days: string): DayCell[] {
  return Array.from(days.matchAll(CELL), ([cell, parts]) => (parts === undefined ? readLetter(cell) : readParts(parts)))
}

function readLetter(letter: string): DayCell {
  const lower = letter.toLowerCase()
  const status = STATUS_OF[lower] ?? null
  return { status, blind: letter === 'o' || (status !== null && lower !== letter), parts: [{ status, units: DAY_UNITS }] }
}

function readParts(written: string): DayCell {
  const parts = Array.from(written.matchAll(PART), ([, letter = '', units]): DayPart => {
    return { status: STATUS_OF[letter.toLowerCase()] ?? null, units: Number(units) }
  })
  return { status: parts[0]?.status ?? null, blind: /^[A-Z]/.test(written), parts }
}

/** Whole units that add up to a day: the largest part gives what the smallest need to be seen. */
function toParts(seconds: DaySeconds): DayPart[] {
  const present = seconds.filter(([, some]) => some > 0)
  const total = present.reduce((sum, [, some]) => sum + some, 0)
  const parts = present.map(([status, some]) => ({ status, units: Math.max(LEAST_UNITS, Math.round((some / total) * DAY_UNITS)) }))
  const largest = parts.reduce<DayPart | undefined>(
    (most, part) => (most === undefined || part.units > most.units ? part : most),
    undefined,
  )
  if (largest) largest.units += DAY_UNITS - parts.reduce((sum, { units }) => sum + units, 0)
  return parts
}

const COLUMNS = ['stale', 'late', 'unknown', 'maintenance', 'fresh', 'none'].map((name) => `d.${name}_seconds`)
const LETTERED = COLUMNS.map((column, index) => `case when ${column} > 0 then '${'slumf.'[index]}' || ${column} end`)

/**
 * SQL for a row of day_status as text: its letter when it was the same all day, else its seconds by letter, worst first, `s60f86340`;
 * with `!` in front when a gap in our sight is to be drawn.
 */
export const DAY_SECONDS_SQL = `
  case when d.blind_seconds >= ${BLIND_SECONDS_DRAWN} then '!' else '' end
  || case when greatest(${COLUMNS.join(', ')}) = ${COLUMNS.join(' + ')} then coalesce(left(d.worst, 1), '.') else concat(${LETTERED.join(', ')}) end`

/** The cell of what `DAY_SECONDS_SQL` gives. */
export function cellOfSeconds(text: string): string {
  const blind = text.startsWith('!')
  if (text.length > 2)
    return writeCell(
      Array.from(text.matchAll(PART), ([, letter = '', some]) => [STATUS_OF[letter] ?? null, Number(some)]),
      blind,
    )
  const letter = text.at(-1) ?? '.'
  return writeCell([[STATUS_OF[letter] ?? null, 1]], blind)
}
