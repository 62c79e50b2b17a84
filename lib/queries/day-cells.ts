import type { Status } from '#lib/domain/status.ts'

/** Days a row of bars reaches back, today included. */
export const BAR_DAYS = 90

/** One letter per day: the day's worst status, `.` for no status; a capital (or `o`) when a gap in our sight lies over it. */
const LETTERS: Record<Status, string> = { fresh: 'f', late: 'l', stale: 's', unknown: 'u', maintenance: 'm' }
const STATUS_OF: Record<string, Status> = { f: 'fresh', l: 'late', s: 'stale', u: 'unknown', m: 'maintenance' }

/** Shorter gaps than this are not drawn over a day. */
export const BLIND_SECONDS_DRAWN = 300

export interface DayCell {
  status: Status | null
  blind: boolean
}

/** The letter of a day. */
export function cellLetter(cell: DayCell): string {
  if (cell.status === null) return cell.blind ? 'o' : '.'
  const letter = LETTERS[cell.status]
  return cell.blind ? letter.toUpperCase() : letter
}

/** What a letter stands for; an unknown letter is no status. */
export function readCell(letter: string | undefined): DayCell {
  if (letter === undefined || letter === '.' || letter === 'o') return { status: null, blind: letter === 'o' }
  const lower = letter.toLowerCase()
  return { status: STATUS_OF[lower] ?? null, blind: lower !== letter }
}

/** SQL for the letter of a row of day_status. */
export const CELL_LETTER_SQL = `
  case when d.blind_seconds >= ${BLIND_SECONDS_DRAWN}
    then case d.worst when 'fresh' then 'F' when 'late' then 'L' when 'stale' then 'S' when 'unknown' then 'U' when 'maintenance' then 'M' else 'o' end
    else case d.worst when 'fresh' then 'f' when 'late' then 'l' when 'stale' then 's' when 'unknown' then 'u' when 'maintenance' then 'm' else '.' end
  end`
