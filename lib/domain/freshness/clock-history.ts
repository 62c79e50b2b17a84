import { type Instant, isFuture } from '#lib/domain/time/instant.ts'
import { countUpTo } from '#lib/domain/time/sorted-instants.ts'
import { dayNumberAt } from '#lib/domain/time/zone.ts'
import type { Arrival } from './facts.ts'

/** What a clock was known to show; `at` is null when there was nothing (an emptied table). */
export interface KnownValue {
  at: Instant | null
  placedAt: Instant | null
  effectiveAt: Instant
  happenedAt: Instant
  rows: number | null
  /** It corrected a later value: the data went back in time, or away. */
  takenBack: boolean
  weakBy: string | null
}

/** What was known about one clock from some instant on. */
export interface ClockState {
  value: KnownValue | null
  hadValue: boolean
  latestIsFuture: boolean
  /** The last correction that took data back, whatever came after it. */
  takenBackBy: KnownValue | null
}

/** The states of one clock by one witness: `states[i]` holds from `instants[i]` to the next. */
export interface ClockHistory {
  instants: readonly Instant[]
  states: readonly ClockState[]
}

/**
 * The instant from which a fact counts, with hindsight: a load or a write from when it was, everything else from when it was seen or
 * happened.
 */
export function effectiveAt({ kind, clock, at, happenedAt, recordedAt }: Arrival): Instant {
  const isWork = kind === 'arrival' && clock !== 'dataThroughAt'
  return Math.min(isWork && at !== null ? at : happenedAt, recordedAt)
}

/** Where an arrival lies among the ticks of a deadline; null when there is nothing to place. */
export function placeOf({ at, placedAt }: Arrival): Instant | null {
  return at === null ? null : (placedAt ?? at)
}

/** True for a value from the future, which is kept but never judged. */
export function isFutureData(arrival: Arrival, zone: string): boolean {
  if (arrival.at === null) return false
  if (arrival.precision === 'day') return dayNumberAt(arrival.at, zone) > dayNumberAt(arrival.recordedAt, zone)
  return isFuture(arrival.at, arrival.recordedAt)
}

/** The state of the clock at an instant; null before anything was known. */
export function stateAt(history: ClockHistory, at: Instant): ClockState | null {
  return history.states[countUpTo(history.instants, at) - 1] ?? null
}

interface Fact {
  arrival: Arrival
  position: number
  effectiveAt: Instant
}

/** What happened later wins; of two facts of one instant the later in the list. */
function isLater(a: Fact, b: Fact): boolean {
  return a.arrival.happenedAt === b.arrival.happenedAt ? a.position > b.position : a.arrival.happenedAt > b.arrival.happenedAt
}

/** What one witness let us know about one clock, from its facts in any order; dates are local to `zone`. */
export function clockHistory(arrivals: readonly Arrival[], zone: string): ClockHistory {
  const facts = arrivals.map((arrival, position): Fact => ({ arrival, position, effectiveAt: effectiveAt(arrival) }))
  facts.sort((a, b) => a.effectiveAt - b.effectiveAt || (isLater(a, b) ? 1 : -1))
  const instants: Instant[] = []
  const states: ClockState[] = []
  let latest: Fact | null = null
  let judged: Fact | null = null
  let state: ClockState = { value: null, hadValue: false, latestIsFuture: false, takenBackBy: null }
  for (const fact of facts) {
    const future = isFutureData(fact.arrival, zone)
    if (latest === null || isLater(fact, latest)) {
      latest = fact
      state = { ...state, latestIsFuture: future }
    }
    if (!future && (judged === null || isLater(fact, judged))) {
      judged = fact
      state = withValue(state, fact)
    }
    const last = instants.length - 1
    if (instants[last] === fact.effectiveAt) states[last] = state
    else {
      instants.push(fact.effectiveAt)
      states.push(state)
    }
  }
  return { instants, states }
}

function withValue(state: ClockState, { arrival, effectiveAt: from }: Fact): ClockState {
  const before = state.value?.at ?? null
  const takenBack = arrival.kind === 'correction' && (arrival.at === null || (before !== null && arrival.at < before))
  const value = {
    at: arrival.at,
    placedAt: placeOf(arrival),
    effectiveAt: from,
    happenedAt: arrival.happenedAt,
    rows: arrival.rows,
    takenBack,
    weakBy: arrival.weakBy ?? null,
  }
  return {
    ...state,
    value,
    hadValue: state.hadValue || arrival.at !== null || arrival.kind === 'correction',
    takenBackBy: takenBack ? value : state.takenBackBy,
  }
}
