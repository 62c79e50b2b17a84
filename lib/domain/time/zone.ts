import { IANAZone } from 'luxon'
import { DAY_MS, type Instant, MINUTE_MS } from './instant.ts'

/**
 * Time zone arithmetic on numbers, and the only place that asks for offsets. A wall time is what the clock on the
 * wall shows, written as if it were UTC; a day number counts local days, 1970-01-01 being 0.
 */
export type WallTime = number
export type DayNumber = number

/** The offset through one UTC day: at most one change, `after` from `changesAt` on. */
interface OffsetOfDay {
  before: number
  after: number
  changesAt: Instant
}

const CACHED_DAYS_MAX = 50_000

class Zone {
  readonly #source: IANAZone
  #days = new Map<number, OffsetOfDay>()

  constructor(name: string) {
    this.#source = IANAZone.create(name)
  }

  offset(at: Instant): number {
    const utcDay = Math.floor(at / DAY_MS)
    let day = this.#days.get(utcDay)
    if (day === undefined) {
      if (this.#days.size >= CACHED_DAYS_MAX) this.#days.clear()
      day = this.#look(utcDay)
      this.#days.set(utcDay, day)
    }
    return at < day.changesAt ? day.before : day.after
  }

  #look(utcDay: number): OffsetOfDay {
    let low = utcDay * DAY_MS
    let high = low + DAY_MS
    // Neighbouring days share the offset at the midnight between them, and asking is slow.
    const before = this.#days.get(utcDay - 1)?.after ?? this.#ask(low)
    const after = this.#days.get(utcDay + 1)?.before ?? this.#ask(high)
    if (before === after) return { before, after, changesAt: low }
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2)
      if (this.#ask(middle) === before) low = middle
      else high = middle
    }
    return { before, after, changesAt: high }
  }

  #ask(at: Instant): number {
    return Math.round(this.#source.offset(at) * MINUTE_MS)
  }
}

const zones = new Map<string, Zone>()

function zoneNamed(name: string): Zone {
  const known = zones.get(name)
  if (known !== undefined) return known
  if (!IANAZone.isValidZone(name)) throw new RangeError(`Unknown time zone: ${name}`)
  const zone = new Zone(name)
  zones.set(name, zone)
  return zone
}

const valid = new Set<string>()

/** True for names of the IANA time zone database that this machine knows; offsets such as `+02:00` are none. */
export function isValidZone(name: string): boolean {
  if (valid.has(name)) return true
  if (!/^[A-Za-z]/.test(name) || !IANAZone.isValidZone(name)) return false
  valid.add(name)
  return true
}

/** Milliseconds that local clocks are ahead of UTC at an instant. */
export function offsetAt(at: Instant, zone: string): number {
  return zoneNamed(zone).offset(at)
}

/** What the clock on the wall shows at an instant. */
export function wallTimeAt(at: Instant, zone: string): WallTime {
  return at + zoneNamed(zone).offset(at)
}

/**
 * The instants at which the clock on the wall shows this time, in order: one; two when clocks are set back over it;
 * none when they skip it.
 */
export function instantsOf(wall: WallTime, zone: string): Instant[] {
  const before = offsetAt(wall - DAY_MS, zone)
  const after = offsetAt(wall + DAY_MS, zone)
  if (before === after) return [wall - before]
  const candidates = [wall - Math.max(before, after), wall - Math.min(before, after)]
  return candidates.filter((at) => wallTimeAt(at, zone) === wall)
}

/** The first instant that shows this wall time; a skipped one is shifted by the gap (02:30 becomes 03:30). */
export function instantOf(wall: WallTime, zone: string): Instant {
  const before = offsetAt(wall - DAY_MS, zone)
  const after = offsetAt(wall + DAY_MS, zone)
  if (before === after) return wall - before
  const first = wall - Math.max(before, after)
  return wallTimeAt(first, zone) === wall ? first : wall - Math.min(before, after)
}

/** The later instant that shows the same wall time, where clocks are set back over it and `at` is the first; null everywhere else. */
export function repeatOf(at: Instant, zone: string): Instant | null {
  const [first, second] = instantsOf(wallTimeAt(at, zone), zone)
  return first === at ? (second ?? null) : null
}

/** The first instant of a local day; of a day that the zone skipped, the first instant of the next one. */
export function startOfDayNumber(day: DayNumber, zone: string): Instant {
  return instantOf(day * DAY_MS, zone)
}

/** The local day of an instant. Days never come back: where clocks go back over midnight the new day stays. */
export function dayNumberAt(at: Instant, zone: string): DayNumber {
  const day = Math.floor(wallTimeAt(at, zone) / DAY_MS)
  return at < startOfDayNumber(day + 1, zone) ? day : day + 1
}
