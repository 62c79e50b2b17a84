import type { JudgedClock } from '#lib/domain/freshness/facts.ts'
import { isBusinessDay } from '#lib/domain/time/business-calendar.ts'
import { nextTick, previousTick, type Schedule } from '#lib/domain/time/cron.ts'
import { DAY_MS, HOUR_MS, type Instant, ORDINARY_MONDAY } from '#lib/domain/time/instant.ts'
import { type DayNumber, dayNumberAt, startOfDayNumber, wallTimeAt } from '#lib/domain/time/zone.ts'
import type { DeadlinePolicy } from './policy.ts'

const SAMPLED_TICKS = 200
const SAMPLED_MS = 400 * DAY_MS
/** Changing clocks make a gap shorter by as much. */
const CLOCK_CHANGE_MS = HOUR_MS
const CACHED_OPENINGS_MAX = 2000
const SHARED_WINDOWS_MAX = 5000

/**
 * From this instant on what arrives belongs to the tick; before it, to the tick before. Each tick has one window, which ends where
 * that of the next one opens.
 */
export function opensAt(policy: DeadlinePolicy, tick: Instant, clock: JudgedClock): Instant {
  return windowsOf(policy).opensAt(tick, clock)
}

/** The first tick whose window is not open yet at an instant: due next if that is where the newest arrival lies. */
export function dueAfter(policy: DeadlinePolicy, at: Instant, clock: JudgedClock): Instant | null {
  if (policy.opensBeforeMs !== null) return nextTick(policy, at + policy.opensBeforeMs)
  const windows = windowsOf(policy)
  let next = nextTick(policy, at)
  while (next !== null && windows.opensAt(next, clock) <= at) next = nextTick(policy, next)
  return next
}

/** The windows of policies with equal content, worked out once. */
class Windows {
  readonly #policy: DeadlinePolicy
  readonly #leastGapMs: number
  readonly #ofData = new Map<Instant, Instant>()
  readonly #ofLoads = new Map<Instant, Instant>()

  constructor(policy: DeadlinePolicy) {
    this.#policy = policy
    this.#leastGapMs = leastGapMs(policy.cron)
  }

  opensAt(tick: Instant, clock: JudgedClock): Instant {
    const known = clock === 'dataThroughAt' ? this.#ofData : this.#ofLoads
    let opens = known.get(tick)
    if (opens === undefined) {
      opens = this.#workOut(tick, clock)
      if (known.size >= CACHED_OPENINGS_MAX) known.clear()
      known.set(tick, opens)
    }
    return opens
  }

  #workOut(tick: Instant, clock: JudgedClock): Instant {
    const { opensBeforeMs, zone, calendar, writer } = this.#policy
    if (opensBeforeMs !== null) return tick - opensBeforeMs
    const before = previousTick(this.#policy, tick - 1)
    if (before === null) return tick
    if (clock !== 'dataThroughAt') return writer === null ? this.#onItsOwn(tick, before) : this.#afterWriter(writer, tick, before)
    if (this.#leastGapMs < DAY_MS) return this.#onItsOwn(tick, before)
    let day: DayNumber = dayNumberAt(tick, zone) - 1
    while (day > dayNumberAt(before, zone) && !isBusinessDay(day, calendar)) day -= 1
    return startOfDayNumber(day, zone)
  }

  /** Nobody says when it is written: the latest of midnight, half the gap, and the end of the grace of the tick before. */
  #onItsOwn(tick: Instant, before: Instant): Instant {
    const { zone, graceMs } = this.#policy
    const isFarApart = this.#gapMs(before, tick) >= 2 * DAY_MS - CLOCK_CHANGE_MS
    const midnight = startOfDayNumber(dayNumberAt(tick - 1, zone) - (isFarApart ? 1 : 0), zone)
    // What comes after a tick is never too early for it, however long the grace of the one before.
    return Math.min(tick, Math.max(midnight, tick - (tick - before) / 2, before + graceMs))
  }

  /** The flow's last tick before, or the tick itself where the flow runs for this very tick. */
  #afterWriter(writer: Schedule, tick: Instant, before: Instant): Instant {
    const last = previousTick(writer, tick - 1) ?? before
    if (this.#runsForTick(writer, tick, before, last)) return tick
    // The run at the tick before is that tick's own: for this one the flow has none.
    return last === before ? this.#onItsOwn(tick, before) : Math.max(before, last)
  }

  /** At the tick, and no more often than ticks come; or soon after it, within its grace, when the last time was longer ago. */
  #runsForTick(writer: Schedule, tick: Instant, before: Instant, last: Instant): boolean {
    const next = nextTick(writer, tick - 1)
    if (next === null) return false
    if (next > tick) return next <= tick + this.#policy.graceMs && next - tick < tick - last
    const slackMs = this.#leastGapMs >= DAY_MS ? CLOCK_CHANGE_MS : 0
    return last <= before || this.#gapMs(last, tick) >= this.#leastGapMs - slackMs
  }

  /** Between two instants, by the clock on the wall or by real time, whichever makes it longer: clocks that change make nothing frequent. */
  #gapMs(from: Instant, to: Instant): number {
    const { zone } = this.#policy
    return Math.max(to - from, wallTimeAt(to, zone) - wallTimeAt(from, zone))
  }
}

/** How close the ticks of a line come to each other, business calendars and changing clocks left aside. */
export function leastGapMs(cron: string): number {
  const schedule: Schedule = { cron, zone: 'UTC', calendar: null }
  let least = Number.POSITIVE_INFINITY
  let tick = nextTick(schedule, ORDINARY_MONDAY)
  for (let n = 0; n < SAMPLED_TICKS && tick !== null && tick < ORDINARY_MONDAY + SAMPLED_MS; n += 1) {
    const next = nextTick(schedule, tick)
    if (next !== null) least = Math.min(least, next - tick)
    tick = next
  }
  return least
}

const known = new WeakMap<DeadlinePolicy, Windows>()
const shared = new Map<string, Windows>()

/** The same text for policies whose windows are the same. */
export function contentOf({ cron, zone, calendar, graceMs, opensBeforeMs, writer }: DeadlinePolicy): string {
  return JSON.stringify([cron, zone, calendar?.weekdays, calendar?.holidays, graceMs, opensBeforeMs, writer?.cron, writer?.zone])
}

function windowsOf(policy: DeadlinePolicy): Windows {
  let windows = known.get(policy)
  if (windows !== undefined) return windows
  const key = contentOf(policy)
  windows = shared.get(key)
  if (windows === undefined) {
    if (shared.size >= SHARED_WINDOWS_MAX) shared.clear()
    windows = new Windows(policy)
    shared.set(key, windows)
  }
  known.set(policy, windows)
  return windows
}
