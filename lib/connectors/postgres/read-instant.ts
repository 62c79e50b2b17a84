import { DateTime } from 'luxon'
import type { Instant } from '#lib/domain/instant.ts'
import { endOfDay } from '#lib/domain/local-day.ts'

/** The types a time can hide in, by PostgreSQL's fixed object ids. */
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
  | { ok: true; at: Instant | null; precision: 'instant' | 'day'; wallClock: boolean; warnings: string[] }
  | { ok: false; problem: string }

/** Stands for "never": the last instant of the year 9999. */
export const NEVER: Instant = Date.UTC(9999, 11, 31, 23, 59, 59, 999)

const instant = (at: Instant | null, more: { wallClock?: boolean; warnings?: string[] } = {}): TimeReading => ({
  ok: true,
  at,
  precision: 'instant',
  wallClock: more.wallClock ?? false,
  warnings: more.warnings ?? [],
})

const onDay = (year: number, month: number, day: number, zone: string): TimeReading => {
  const pad = (n: number, width: number) => String(n).padStart(width, '0')
  const at = endOfDay(`${pad(year, 4)}-${pad(month, 2)}-${pad(day, 2)}`, zone) - 1
  return { ok: true, at, precision: 'day', wallClock: true, warnings: [] }
}

const endless = (text: string) => instant(NEVER, { warnings: [`The newest value is ${text}: it cannot be a time of loading.`] })
const beginless = (text: string) =>
  instant(null, { warnings: [`The newest value is ${text}, which stands for "no time": the table counts as empty.`] })

const MOMENT = /^(\d{4,7})-(\d\d)-(\d\d)(?:[ T](\d\d):(\d\d)(?::(\d\d)(?:\.(\d+))?)?)?\s*(Z|[+-]\d\d(?::?\d\d)?(?::\d\d)?)?( BC)?$/

function offsetMs(text: string): number {
  if (text === 'Z') return 0
  const digits = text.slice(1).replaceAll(':', '').padEnd(6, '0')
  const seconds = Number(digits.slice(0, 2)) * 3600 + Number(digits.slice(2, 4)) * 60 + Number(digits.slice(4, 6))
  return (text.startsWith('-') ? -1 : 1) * seconds * 1000
}

function readMoment(text: string, zone: string): TimeReading | null {
  if (text === 'infinity') return endless(text)
  if (text === '-infinity') return beginless(text)
  const match = MOMENT.exec(text)
  if (!match) return null
  const [, y, mo, d, h, mi, s, fraction, offset, bc] = match
  const [year, month, day] = [Number(y), Number(mo), Number(d)]
  if (bc !== undefined || year <= 1) return beginless(text)
  if (year > 9999) return endless(text)
  if (!DateTime.utc(year, month, day).isValid) return null
  if (h === undefined) return onDay(year, month, day, zone)
  const time = {
    hour: Number(h),
    minute: Number(mi),
    second: Number(s ?? 0),
    millisecond: Number((fraction ?? '').padEnd(3, '0').slice(0, 3)),
  }
  const local = DateTime.fromObject({ year, month, day, ...time }, { zone: offset === undefined ? zone : 'utc' })
  if (!local.isValid) return null
  return offset === undefined ? instant(local.toMillis(), { wallClock: true }) : instant(local.toMillis() - offsetMs(offset))
}

/** Seconds, milli-, micro- or nanoseconds since 1970, told apart by size; eight digits that form a date are one. */
function readNumber(text: string, zone: string): TimeReading {
  const value = Number(text)
  if (value === Number.POSITIVE_INFINITY) return endless(text)
  if (value === Number.NEGATIVE_INFINITY) return beginless(text)
  const [year, month, day] = [Math.floor(value / 10_000), Math.floor(value / 100) % 100, value % 100]
  if (year >= 1900 && year <= 9999 && DateTime.utc(year, month, day).isValid) return onDay(year, month, day, zone)
  if (value >= 1e8 && value < 1e11) return instant(Math.floor(value * 1e3))
  if (value >= 1e11 && value < 1e14) return instant(Math.floor(value))
  if (value >= 1e14 && value < 1e17) return instant(Math.floor(value / 1e3))
  if (value >= 1e17 && value < 1e20) return instant(Math.floor(value / 1e6))
  return { ok: false, problem: `holds ${text}, which is no time in seconds, milliseconds or microseconds since 1970` }
}

/**
 * Reads the newest value of a column, as PostgreSQL prints it with DateStyle ISO. Dates become the last
 * instant of that day in `zone`; wall-clock values are taken as that zone's. Nothing is never a time: null.
 */
export function readInstant(text: string | null, type: number, zone: string): TimeReading {
  if (text === null) return instant(null)
  if (NUMBERS.includes(type)) return readNumber(text, zone)
  const trimmed = text.trim()
  if (TEXTS.includes(type)) {
    if (trimmed === '') return instant(null, { warnings: ['The newest value is an empty text: the table counts as empty.'] })
    if (/^\d+(\.\d+)?$/.test(trimmed)) return readNumber(trimmed, zone)
  } else if (!canHoldTime(type)) {
    return { ok: false, problem: 'is not of a type that can hold a time' }
  }
  return readMoment(trimmed, zone) ?? { ok: false, problem: 'holds text that does not read as a time' }
}
