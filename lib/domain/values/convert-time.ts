import { type Instant, MINUTE_MS } from '#lib/domain/time/instant.ts'
import { endOfDay, isValidDay, toDayNumber } from '#lib/domain/time/local-day.ts'
import { readNumberTime } from '#lib/domain/time/number-time.ts'
import { instantOf, repeatOf } from '#lib/domain/time/zone.ts'

/** `2026-11-20`, `20261120` (SAP), either with midnight behind it, or OData's `/Date(…)/`, which is UTC. */
const DAY = /^(\d{4})-?(\d{2})-?(\d{2})(?:[T ]00:00(?::00(?:\.0+)?)?)?$/
/** ISO 8601; PeopleSoft's `2026-11-20-04.00.00.000000` is read as the same. */
const MOMENT = /^(\d{4}-\d{2}-\d{2})[T -](\d{2})[:.](\d{2})(?:[:.](\d{2})(?:[.,](\d{1,9}))?)?\s?(Z|[+-]\d{2}(?::?\d{2})?)?$/i
/** LDAP's generalised time, `20261120040000Z`. */
const COMPACT = /^(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})(?:\.(\d{1,9}))?(Z|[+-]\d{4})$/
const ODATA = /^\/Date\((-?\d{1,15})(?:[+-]\d{4})?\)\/$/
const EARLIEST_MS = Date.UTC(-4000, 0, 1)
const LATEST_MS = Date.UTC(9999, 11, 31, 23, 59, 59, 999)

/** What SAP writes for "no date". */
export function isInitialDate(text: string): boolean {
  return /^0000-?00-?00$/.test(text)
}

/** A date as `YYYY-MM-DD`; null when the text is none that exists. */
export function readDay(text: string): string | null {
  const odata = ODATA.exec(text)
  if (odata !== null) return readEpoch(odata[1] ?? '', 'ms')?.slice(0, 10) ?? null
  const [, year = '', month = '', day = ''] = DAY.exec(text) ?? []
  const date = `${year}-${month}-${day}`
  return isValidDay(date) && year !== '0000' ? date : null
}

function offsetMs(offset: string): number {
  const [, sign, hours, minutes = '0'] = /^([+-])(\d{2}):?(\d{2})?$/.exec(offset) ?? []
  return (sign === '-' ? -1 : 1) * (Number(hours ?? 0) * 60 + Number(minutes)) * MINUTE_MS
}

function toIso(ms: number, fraction: string): string {
  const digits = fraction.slice(0, 6).replace(/0+$/, '')
  return `${new Date(ms).toISOString().slice(0, 19)}${digits === '' ? '' : `.${digits}`}Z`
}

/**
 * A point in time as `YYYY-MM-DDTHH:MM:SS[.ffffff]Z`; null when the text is none. Without an offset it is a wall-clock time
 * of `zone`; one that clocks skip is moved by the gap, of one that they show twice the first is meant.
 */
export function readMoment(text: string, zone: string): string | null {
  const odata = ODATA.exec(text)
  if (odata !== null) return readEpoch(odata[1] ?? '', 'ms')
  const compact = COMPACT.exec(text)
  const iso =
    compact === null ? text : `${compact.slice(1, 4).join('-')}T${compact.slice(4, 7).join(':')}.${compact[7] ?? '0'}${compact[8]}`
  const day = readDay(iso)
  if (day !== null) return toIso(instantOf(Date.parse(`${day}T00:00:00Z`), zone), '')
  const [, date = '', hour = '', minute = '', second = '00', fraction = '', offset] = MOMENT.exec(iso) ?? []
  if (!isValidDay(date) || date.startsWith('0000') || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return null
  const wall = toDayNumber(date) * 86_400_000 + Date.parse(`1970-01-01T${hour}:${minute}:${second}Z`)
  if (offset === undefined) return toIso(instantOf(wall, zone), fraction)
  return toIso(wall - (/^z$/i.test(offset) ? 0 : offsetMs(offset)), fraction)
}

/** Later epochs whose digits are a date of our time are that date, taken for an epoch: `20261129023054` would be the year 2612. */
const FAR_MS = Date.UTC(2200, 0, 1)
const WRITTEN_DATE = /^(?:199\d|2[01]\d\d)(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:\d\d|\d{4}|\d{6}|\d{9})$/

/**
 * Seconds or milliseconds since 1970 as `readMoment` gives it; null when the text is not such a number, beyond the year 9999, or a date as
 * people write it.
 */
export function readEpoch(text: string, unit: 's' | 'ms'): string | null {
  const [, whole = '', fraction = ''] = /^(-?\d{1,15})(?:\.(\d{1,9}))?$/.exec(text) ?? []
  if (whole === '' || (whole.startsWith('-') && fraction !== '')) return null
  const ms = Number(whole) * (unit === 's' ? 1000 : 1)
  if (ms < EARLIEST_MS || ms > LATEST_MS || (ms > FAR_MS && WRITTEN_DATE.test(whole))) return null
  const millis = ((ms % 1000) + 1000) % 1000
  return toIso(ms - millis, unit === 's' ? fraction : `${String(millis).padStart(3, '0')}${fraction}`)
}

/** A time read out of a text. */
export interface ReadTime {
  at: Instant
  precision: 'instant' | 'day'
  /** The second instant that shows a wall time which clocks repeat; `at` is the first. */
  orAt?: Instant
}

/** A point in time out of text that may be a date, a moment, a wall clock of `zone` or a number (`readNumberTime`); null: none. */
export function readTime(text: string, zone: string, now: Instant): ReadTime | null {
  if (/^\d+(?:\.\d+)?$/.test(text)) {
    const time = readNumberTime(text, zone, now)
    return time.ok ? withRepeat({ at: time.at, precision: time.precision }, time.isWallTime, zone) : null
  }
  const day = /^\d{4}-\d{2}-\d{2}$/.test(text) ? readDay(text) : null
  if (day !== null) return { at: endOfDay(day, zone) - 1, precision: 'day' }
  const moment = readMoment(text, zone)
  if (moment === null) return null
  const hasOffset = moment === readMoment(text, FAR_ZONE)
  return withRepeat({ at: Date.parse(moment), precision: 'instant' }, !hasOffset, zone)
}

/** No place has it: what reads the same there carries its own offset. */
const FAR_ZONE = 'Etc/GMT-13'

function withRepeat(time: ReadTime, isWallTime: boolean, zone: string): ReadTime {
  const orAt = isWallTime && time.precision === 'instant' ? repeatOf(time.at, zone) : null
  return orAt === null ? time : { ...time, orAt }
}
