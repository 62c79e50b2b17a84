import type { CronExpression } from 'cron-parser'
import { type BusinessCalendar, isBusinessDay } from './business-calendar.ts'
import { parseCronLine } from './cron-line.ts'
import { DAY_MS, HOUR_MS, type Instant, MINUTE_MS } from './instant.ts'
import { countUpTo, sortedInstants } from './sorted-instants.ts'
import { dayNumberAt, instantOf, instantsOf } from './zone.ts'

/** When something is to happen: a cron line read in a zone, on the days of a calendar. */
export interface Schedule {
  cron: string
  zone: string
  calendar: BusinessCalendar | null
}

const BLOCK_MS = 32 * DAY_MS
/** A line without a tick for this long has none (29 February comes back within 8 years, on a weekday within 40). */
const SEARCHED_BLOCKS_MAX = Math.ceil((41 * 366 * DAY_MS) / BLOCK_MS)
const CACHED_TICKS_MAX = 2_000_000
const SHARED_SCHEDULES_MAX = 5_000

/** True for a line of five fields that runs at some time. */
export function isValidCron(line: string): boolean {
  return whyNoSchedule(line) === null
}

const MALFORMED = 'is not a cron line of five fields, such as "0 2 * * *"'
const NEVER = 'is a cron line that never comes: no month that it names has such a day'

/** Why a cron line is no schedule, as the end of a sentence; null for one of five fields that runs at some time. */
export function whyNoSchedule(line: string): string | null {
  const [minute, hour, day, month, weekday, ...more] = line.trim().split(/\s+/)
  if (weekday === undefined || more.length > 0 || /h/i.test(line.replaceAll(/thu/gi, ''))) return MALFORMED
  if (isRead(line)) return nextTick({ cron: line, zone: 'UTC', calendar: null }, 0) === null ? NEVER : null
  return isRead(`${minute} ${hour} ${day} * ${weekday}`) && isRead(`${minute} ${hour} * ${month} ${weekday}`) ? NEVER : MALFORMED
}

function isRead(line: string): boolean {
  try {
    new Line(line)
    return true
  } catch {
    return false
  }
}

/** The first tick strictly after an instant; null when there is none for decades. */
export function nextTick(schedule: Schedule, after: Instant): Instant | null {
  return ticksOf(schedule).next(after)
}

/** The last tick at or before an instant; null when there is none for decades. */
export function previousTick(schedule: Schedule, at: Instant): Instant | null {
  return ticksOf(schedule).previous(at)
}

/** The ticks of [from, to), in order. */
export function ticksBetween(schedule: Schedule, from: Instant, to: Instant): Instant[] {
  return ticksOf(schedule).between(from, to)
}

/** A cron line without a zone: which days it runs on, and at which times of the wall clock. */
class Line {
  readonly #days: CronExpression
  /** Milliseconds after midnight, ascending. */
  readonly times: readonly number[]
  /** Runs in every hour: such a line follows real time when clocks change. */
  readonly everyHour: boolean

  constructor(line: string) {
    const fields = line.trim().split(/\s+/)
    const parsed = parseCronLine(line)
    const hours = parsed.fields.hour.values
    const minutes = parsed.fields.minute.values
    this.#days = parseCronLine(['0', '0', ...fields.slice(2)].join(' '))
    this.times = hours.flatMap((hour) => minutes.map((minute) => hour * HOUR_MS + minute * MINUTE_MS)).sort((a, b) => a - b)
    this.everyHour = new Set(hours).size === 24
  }

  runsOn(day: number): boolean {
    return this.#days.includesDate(new Date(day * DAY_MS))
  }
}

let cachedTicks = 0
let generation = 0

/**
 * The ticks of one schedule. Daily lines run once for each wall time: a skipped one shifted by the gap, a repeated one
 * at its first occurrence. Lines that run in every hour run whenever the clock on the wall shows one of their minutes.
 */
class Ticks {
  readonly #line: Line
  readonly #schedule: Schedule
  #blocks = new Map<number, readonly Instant[]>()
  #generation = generation

  constructor(schedule: Schedule) {
    this.#line = new Line(schedule.cron)
    this.#schedule = schedule
  }

  next(after: Instant): Instant | null {
    const first = Math.floor(after / BLOCK_MS)
    for (let block = first; block <= first + SEARCHED_BLOCKS_MAX; block += 1) {
      const ticks = this.#ticksIn(block)
      const tick = ticks[countUpTo(ticks, after)]
      if (tick !== undefined) return tick
    }
    return null
  }

  previous(at: Instant): Instant | null {
    const last = Math.floor(at / BLOCK_MS)
    for (let block = last; block >= last - SEARCHED_BLOCKS_MAX; block -= 1) {
      const ticks = this.#ticksIn(block)
      const tick = ticks[countUpTo(ticks, at) - 1]
      if (tick !== undefined) return tick
    }
    return null
  }

  between(from: Instant, to: Instant): Instant[] {
    const found: Instant[] = []
    for (let block = Math.floor(from / BLOCK_MS); block * BLOCK_MS < to; block += 1) {
      const ticks = this.#ticksIn(block)
      found.push(...ticks.slice(countUpTo(ticks, from - 1), countUpTo(ticks, to - 1)))
    }
    return found
  }

  #ticksIn(block: number): readonly Instant[] {
    if (this.#generation !== generation) {
      this.#blocks = new Map()
      this.#generation = generation
    }
    let ticks = this.#blocks.get(block)
    if (ticks === undefined) {
      ticks = this.#workOut(block * BLOCK_MS, (block + 1) * BLOCK_MS)
      this.#blocks.set(block, ticks)
      cachedTicks += ticks.length
      if (cachedTicks > CACHED_TICKS_MAX) forgetBlocks()
    }
    return ticks
  }

  #workOut(from: Instant, to: Instant): Instant[] {
    const { zone, calendar } = this.#schedule
    const ticks = new Set<Instant>()
    for (let day = Math.floor(from / DAY_MS) - 2; day * DAY_MS < to + 2 * DAY_MS; day += 1) {
      const counts = isBusinessDay(day, calendar) || isBusinessDay(day + 1, calendar)
      if (!counts || !this.#line.runsOn(day)) continue
      for (const time of this.#line.times) {
        for (const tick of this.#instantsOf(day * DAY_MS + time)) {
          if (tick >= from && tick < to && isBusinessDay(dayNumberAt(tick, zone), calendar)) ticks.add(tick)
        }
      }
    }
    return sortedInstants(ticks)
  }

  #instantsOf(wall: number): Instant[] {
    const { zone } = this.#schedule
    return this.#line.everyHour ? instantsOf(wall, zone) : [instantOf(wall, zone)]
  }
}

function forgetBlocks(): void {
  cachedTicks = 0
  generation += 1
}

const known = new WeakMap<Schedule, Ticks>()
const shared = new Map<string, Ticks>()

/** Schedules of equal content share their ticks, however many policies carry them. */
function ticksOf(schedule: Schedule): Ticks {
  let ticks = known.get(schedule)
  if (ticks !== undefined) return ticks
  const { cron, zone, calendar } = schedule
  const key = JSON.stringify([cron, zone, calendar?.weekdays ?? null, calendar?.holidays ?? null])
  ticks = shared.get(key)
  if (ticks === undefined) {
    if (shared.size >= SHARED_SCHEDULES_MAX) shared.clear()
    ticks = new Ticks({ cron, zone, calendar })
    shared.set(key, ticks)
  }
  known.set(schedule, ticks)
  return ticks
}
