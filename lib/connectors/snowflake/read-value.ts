import { DAY_MS, type Instant } from '#lib/domain/time/instant.ts'
import { endOfDay, toLocalDay } from '#lib/domain/time/local-day.ts'
import { readNumberTime } from '#lib/domain/time/number-time.ts'
import { instantOf, repeatOf } from '#lib/domain/time/zone.ts'
import { type JsonValue, parseJson } from '#lib/domain/values/json.ts'
import type { Cell, Column } from './answers.ts'

export interface TimeValue {
  at: Instant
  precision: 'instant' | 'day'
  /** It tells no zone. */
  isWallTime: boolean
  orAt: Instant | null
}

const EPOCH = /^(-?)(\d+)(?:\.(\d+))?$/

/** Seconds since 1970 with up to nine decimals, as milliseconds; null: not such a text. */
export function readEpoch(text: string): number | null {
  const [matched, sign = '', seconds = '', fraction = ''] = EPOCH.exec(text.trim()) ?? []
  if (matched === undefined) return null
  const nanos = BigInt(seconds) * 1_000_000_000n + BigInt(fraction.padEnd(9, '0').slice(0, 9))
  const signed = sign === '-' ? -nanos : nanos
  const millis = signed / 1_000_000n
  return Number(signed < 0n && signed % 1_000_000n !== 0n ? millis - 1n : millis)
}

const aTime = (at: Instant, isWallTime = false, orAt: Instant | null = null): TimeValue => ({ at, precision: 'instant', isWallTime, orAt })

/** `timestamp_ltz`, and `timestamp_tz` with its offset behind it. */
export function readInstant(text: string): TimeValue | null {
  const ms = readEpoch(text.split(' ')[0] ?? '')
  return ms === null ? null : aTime(ms)
}

/** `timestamp_ntz`: the seconds are those of a wall clock in `zone`. One that autumn repeats is its first instant. */
export function readWallTime(text: string, zone: string): TimeValue | null {
  const wall = readEpoch(text)
  if (wall === null) return null
  const at = instantOf(wall, zone)
  return aTime(at, true, repeatOf(at, zone))
}

/** `date`: days since 1970; the last instant of that day in `zone`. */
export function readDay(text: string, zone: string): TimeValue | null {
  if (!/^-?\d+$/.test(text)) return null
  return { at: endOfDay(toLocalDay(Number(text)), zone) - 1, precision: 'day', isWallTime: true, orAt: null }
}

/** A number that means a time, in a form that only one reading fits. */
export function readNumber(text: string, zone: string, now: Instant): TimeValue | null {
  const read = readNumberTime(text.replace(/\.0*$/, ''), zone, now)
  if (!read.ok) return null
  const { at, precision, isWallTime } = read
  return { at, precision, isWallTime, orAt: isWallTime && precision === 'instant' ? repeatOf(at, zone) : null }
}

const isoOf = (ms: number) => new Date(ms).toISOString()
const DAYS_MAX = 8_640_000_000_000_000 / DAY_MS

/** A cell as a value of a record: numbers with all their digits, times as ISO text, a wall time without a zone. */
export function toJsonValue(cell: Cell, { type, scale }: Pick<Column, 'type' | 'scale'>): JsonValue {
  if (cell === null) return null
  switch (type) {
    case 'fixed':
    case 'real':
      return asNumber(cell)
    case 'boolean':
      return cell === 'true' || cell === '1'
    case 'date':
      return Math.abs(Number(cell)) <= DAYS_MAX && /^-?\d+$/.test(cell) ? isoOf(Number(cell) * DAY_MS).slice(0, 10) : cell
    case 'time':
      return withFraction(cell, (ms) => isoOf(ms).slice(11, 19), scale)
    case 'timestamp_ntz':
      return withFraction(cell, (ms) => isoOf(ms).slice(0, 19), scale)
    case 'timestamp_ltz':
      return withFraction(cell, (ms) => isoOf(ms).slice(0, 19), scale, 'Z')
    case 'timestamp_tz':
      return withOffset(cell, scale)
    case 'variant':
    case 'object':
    case 'array':
      return asDocument(cell)
    default:
      return cell
  }
}

/** Infinity and NaN are no numbers of JSON. */
function asNumber(cell: string): JsonValue {
  return /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(cell) ? parseJson(cell.replace(/^(-?)0+(?=\d)/, '$1')) : cell
}

function asDocument(cell: string): JsonValue {
  try {
    return parseJson(cell)
  } catch {
    return cell
  }
}

function withFraction(cell: string, whole: (ms: number) => string, scale: number | null | undefined, end = ''): string {
  const ms = readEpoch(cell)
  if (ms === null || Math.abs(ms) > 8_640_000_000_000_000) return cell
  const fraction = cell.startsWith('-') ? isoOf(ms).slice(20, 23) : (cell.split('.')[1] ?? '')
  const decimals = fraction.slice(0, scale ?? 9).replace(/0+$/, '')
  return `${whole(ms)}${decimals === '' ? '' : `.${decimals}`}${end}`
}

/** Behind the seconds stand the minutes of the offset, plus a day's 1440. */
function withOffset(cell: string, scale: number | null | undefined): string {
  const [seconds = '', shifted = '1440'] = cell.split(' ')
  const minutes = Number(shifted) - 1440
  const ms = readEpoch(seconds)
  if (ms === null || !Number.isInteger(minutes)) return cell
  const sign = minutes < 0 ? '-' : '+'
  const two = (n: number) => String(n).padStart(2, '0')
  const offset = `${sign}${two(Math.floor(Math.abs(minutes) / 60))}:${two(Math.abs(minutes) % 60)}`
  return withFraction(seconds, (at) => isoOf(at + minutes * 60_000).slice(0, 19), scale, offset)
}
