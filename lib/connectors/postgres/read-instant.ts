import { DAY_MS, type Instant } from '#lib/domain/time/instant.ts'
import { endOfDay, isValidDay, toDayNumber } from '#lib/domain/time/local-day.ts'
import { readNumberTime } from '#lib/domain/time/number-time.ts'
import { instantOf, repeatOf } from '#lib/domain/time/zone.ts'

export const TYPE = {
  int8: 20,
  int2: 21,
  int4: 23,
  text: 25,
  float4: 700,
  float8: 701,
  bpchar: 1042,
  varchar: 1043,
  date: 1082,
  timestamp: 1114,
  timestamptz: 1184,
  numeric: 1700,
} as const

const TEXTS: readonly number[] = [TYPE.text, TYPE.bpchar, TYPE.varchar]
const NUMBERS: readonly number[] = [TYPE.int2, TYPE.int4, TYPE.int8, TYPE.float4, TYPE.float8, TYPE.numeric]

/** Whether values of this type can be read as times at all. */
export function canHoldTime(type: number): boolean {
  return type === TYPE.date || type === TYPE.timestamp || type === TYPE.timestamptz || TEXTS.includes(type) || NUMBERS.includes(type)
}

export type TimeReading =
  | {
      ok: true
      at: Instant | null
      precision: 'instant' | 'day'
      wallClock: boolean
      orAt: Instant | null
      warnings: string[]
    }
  | { ok: false; problem: string }

/** Stands for "never": the last instant of the year 9999. */
export const NEVER: Instant = Date.UTC(9999, 11, 31, 23, 59, 59, 999)

function reading(at: Instant | null, more: Partial<Extract<TimeReading, { ok: true }>> = {}): TimeReading {
  return { ok: true, at, precision: 'instant', wallClock: false, orAt: null, warnings: [], ...more }
}

const endless = (text: string) => reading(NEVER, { warnings: [`The newest value is ${text}: it cannot be a time of loading.`] })
const beginless = (text: string): TimeReading => ({ ok: false, problem: `holds ${text}, which stands for "no time"` })

const MOMENT = /^(\d{4,7})-(\d\d)-(\d\d)(?:[ T](\d\d):(\d\d)(?::(\d\d)(?:\.(\d+))?)?)?\s*(Z|[+-]\d\d(?::?\d\d)?(?::\d\d)?)?( BC)?$/

function offsetMs(text: string): number {
  if (text === 'Z') return 0
  const digits = text.slice(1).replaceAll(':', '').padEnd(6, '0')
  const seconds = Number(digits.slice(0, 2)) * 3600 + Number(digits.slice(2, 4)) * 60 + Number(digits.slice(4, 6))
  return (text.startsWith('-') ? -1 : 1) * seconds * 1000
}

function withSeparators(text: string): string {
  const dashed = text.replace(/^(\d{4})\/(\d\d)\/(\d\d)(?!\d)/, '$1-$2-$3')
  return dashed.replace(/^(\d{4})(\d\d)(\d\d)(?:[T ](?=\d{6})|(?=\d{6}(?:\.\d+)?(?:Z|[+-]\d\d)))(\d\d)(\d\d)(\d\d)/, '$1-$2-$3T$4:$5:$6')
}

function readMoment(text: string, zone: string): TimeReading | null {
  if (text === 'infinity') return endless(text)
  if (text === '-infinity') return beginless(text)
  const [matched, y = '', month, day, h, minute = '', second = '0', fraction = '', offset, bc] = MOMENT.exec(withSeparators(text)) ?? []
  if (matched === undefined) return null
  if (bc !== undefined || Number(y) <= 1) return beginless(text)
  if (Number(y) > 9999) return endless(text)
  const date = `${y.padStart(4, '0')}-${month}-${day}`
  if (!isValidDay(date)) return null
  if (h === undefined) return reading(endOfDay(date, zone) - 1, { precision: 'day', wallClock: true })
  if (Number(h) > 23 || Number(minute) > 59 || Number(second) > 59) return null
  const seconds = Number(h) * 3600 + Number(minute) * 60 + Number(second)
  const wall = toDayNumber(date) * DAY_MS + seconds * 1000 + Number(fraction.padEnd(3, '0').slice(0, 3))
  return offset === undefined ? onTheWall(instantOf(wall, zone), zone) : reading(wall - offsetMs(offset))
}

function onTheWall(at: Instant, zone: string): TimeReading {
  return reading(at, { wallClock: true, orAt: repeatOf(at, zone) })
}

function readNumber(text: string, zone: string, now: Instant): TimeReading {
  if (text === 'Infinity') return endless(text)
  if (text === '-Infinity') return beginless(text)
  const time = readNumberTime(text, zone, now)
  if (!time.ok) return time
  return time.isWallTime && time.precision === 'instant'
    ? onTheWall(time.at, zone)
    : reading(time.at, { precision: time.precision, wallClock: time.isWallTime })
}

/** Reads a value as PostgreSQL prints it with DateStyle ISO. A date is the last instant of that day in `zone`, a wall time is that
 * zone's, a repeated one its first instant, a number what `readNumberTime` says; null stays null. */
export function readInstant(text: string | null, type: number, zone: string, now: Instant): TimeReading {
  if (text === null) return reading(null)
  if (NUMBERS.includes(type)) return readNumber(text, zone, now)
  const trimmed = text.trim()
  if (TEXTS.includes(type)) {
    if (trimmed === '') return { ok: false, problem: 'holds an empty text, which is no time' }
    if (/^\d+(\.\d+)?$/.test(trimmed)) return readNumber(trimmed, zone, now)
  } else if (!canHoldTime(type)) {
    return { ok: false, problem: 'is not of a type that can hold a time' }
  }
  return readMoment(trimmed, zone) ?? { ok: false, problem: 'holds text that does not read as a time' }
}
