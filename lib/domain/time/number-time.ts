import { DAY_MS, type Instant } from './instant.ts'
import { addDays, endOfDay, isValidDay, localDay, startOfDay, toDayNumber } from './local-day.ts'
import { instantOf } from './zone.ts'

/** What a number means as a time, or why it means none. */
export type NumberTime = { ok: true; at: Instant; precision: 'instant' | 'day'; isWallTime: boolean } | { ok: false; problem: string }

interface Candidate {
  as: string
  words: string
  at: Instant
  precision: 'instant' | 'day'
  isWallTime: boolean
}

const EARLIEST_DAY = '1990-01-01'
/** Digits of a number that may be a date as people write it: down to the day, hour, minute, second, millisecond. */
const WRITTEN = /^(\d{4})(\d\d)(\d\d)(?:(\d\d)(?:(\d\d)(?:(\d\d)(\d{3})?)?)?)?$/
const UNITS = [
  ['seconds', 1000n, 1n],
  ['milliseconds', 1n, 1n],
  ['microseconds', 1n, 1000n],
  ['nanoseconds', 1n, 1_000_000n],
] as const
/** Where a unit's numbers of this century begin, and those of the next one end. */
const BOUNDS = [1e8, 1e11, 1e14, 1e17, 1e20]
const TICKS_AT_1970 = 621_355_968_000_000_000n
const TICKS_PER_MS = 10_000n

/** A number without an exponent: whole digits and fraction. */
function toDigits(text: string): { whole: string; fraction: string } | null {
  const match = /^(\d+)(?:\.(\d+))?(?:e\+?(\d{1,2}))?$/i.exec(text)
  if (match === null) return null
  const [, whole = '', fraction = '', exponent = '0'] = match
  const shift = Number(exponent)
  const all = `${whole}${fraction.padEnd(shift, '0').slice(0, shift)}`.replace(/^0+(?=\d)/, '')
  return { whole: all, fraction: fraction.slice(shift) }
}

const millisOf = (fraction: string) => Number(fraction.slice(0, 3).padEnd(3, '0'))
const iso = (at: Instant) => new Date(at).toISOString()
const inWords = (at: Instant) =>
  Number.isNaN(new Date(at).getTime()) ? 'no year people count' : `${iso(at).slice(0, 19).replace('T', ' ')} UTC`

function asWritten(whole: string, fraction: string, zone: string): Candidate | null {
  const [, year, month, day, hour, minute = '00', second = '00', milli] = WRITTEN.exec(whole) ?? []
  const date = `${year}-${month}-${day}`
  if (year === undefined || !isValidDay(date)) return null
  if (hour === undefined) {
    const at = endOfDay(date, zone) - 1
    return /[1-9]/.test(fraction) ? null : { as: 'as a written date', words: date, at, precision: 'day', isWallTime: true }
  }
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return null
  const time =
    (Number(hour) * 3600 + Number(minute) * 60 + Number(second)) * 1000 + (milli === undefined ? millisOf(fraction) : Number(milli))
  const words = `${date} ${hour}:${minute}:${second}`
  return { as: 'as a written date', words, at: instantOf(toDayNumber(date) * DAY_MS + time, zone), precision: 'instant', isWallTime: true }
}

function asEpoch(whole: string, fraction: string): Candidate {
  const value = BigInt(whole)
  const slot = Math.max(
    0,
    BOUNDS.findLastIndex((bound) => Number(whole) >= bound),
  )
  const [unit, times, per] = UNITS[slot] ?? UNITS[3]
  const at = Number((value * times) / per) + (unit === 'seconds' ? millisOf(fraction) : 0)
  return { as: `as ${unit} since 1970`, words: inWords(at), at, precision: 'instant', isWallTime: false }
}

/** Ticks of .NET have as many digits as nanoseconds of the last century: they are never read, but keep the others from being. */
function asTicks(whole: string): Candidate | null {
  if (whole.length !== 18) return null
  const at = Number((BigInt(whole) - TICKS_AT_1970) / TICKS_PER_MS)
  return { as: 'as ticks since the year 1', words: inWords(at), at, precision: 'instant', isWallTime: false }
}

/**
 * A number of a column or field without a type as a time: a date as people write it, local to `zone`, or an epoch. Only a reading
 * between 1990 and the end of tomorrow counts; where none does, or more than one, it is no time, and the readings are named.
 */
export function readNumberTime(text: string, zone: string, now: Instant): NumberTime {
  const digits = toDigits(text.trim())
  if (digits === null || digits.whole.length > 20) return { ok: false, problem: `holds ${text}, which is no time` }
  const { whole, fraction } = digits
  const readings = [asWritten(whole, fraction, zone), asEpoch(whole, fraction), asTicks(whole)].filter((one) => one !== null)
  const from = startOfDay(EARLIEST_DAY, zone)
  const to = endOfDay(addDays(localDay(now, zone), 1), zone)
  const likely = readings.filter(({ at }) => at >= from && at < to)
  const [only] = likely
  const isTicks = only?.as.startsWith('as ticks')
  if (only !== undefined && likely.length === 1 && !isTicks) return { ok: true, ...pick(only) }
  const words = readings.map(({ as, words: what }) => `${as} ${what}`).join(', ')
  const verdict =
    likely.length > 1 ? 'more than one could be meant' : isTicks ? 'ticks are not read' : 'none lies between 1990 and tomorrow'
  return { ok: false, problem: `holds ${text}, which is no time for certain: ${words}; ${verdict}` }
}

function pick({ at, precision, isWallTime }: Candidate) {
  return { at, precision, isWallTime }
}
