import { effectiveAt, isFutureData } from './clock-history.ts'
import { ticksBetween } from './cron.ts'
import type { Arrival, AssetFacts, JudgedClock } from './facts.ts'
import type { Instant } from './instant.ts'
import type { DeadlinePolicy } from './policy.ts'
import { opensAt } from './policy-deadline.ts'

/** What became of one tick of a deadline; `deliveredAt` null means it has not been delivered. */
export interface Delivery {
  tick: Instant
  deliveredAt: Instant | null
  onTime: boolean
}

interface Delivered {
  value: Instant
  /** When something at least as new as `value` first counted. */
  at: Instant
}

/** The ticks of [from, to), each with the first arrival that satisfies it or a later one. */
export function deliveries(policy: DeadlinePolicy, facts: Pick<AssetFacts, 'arrivals' | 'runs'>, from: Instant, to: Instant): Delivery[] {
  const delivered = deliveredByValue(policy, facts)
  return ticksBetween(policy, from, to).map((tick) => {
    const opens = opensAt(policy, tick)
    const deliveredAt = delivered[firstFrom(delivered, opens)]?.at ?? null
    return { tick, deliveredAt, onTime: deliveredAt !== null && deliveredAt <= tick + policy.graceMs }
  })
}

function deliveredByValue(policy: DeadlinePolicy, facts: Pick<AssetFacts, 'arrivals' | 'runs'>): Delivered[] {
  const clock = policy.clock ?? clockOf(facts)
  const delivered = facts.arrivals.flatMap((arrival) => deliveredBy(arrival, clock, policy.zone)).sort((a, b) => a.value - b.value)
  let first = Number.POSITIVE_INFINITY
  for (const entry of delivered.toReversed()) {
    first = Math.min(first, entry.at)
    entry.at = first
  }
  return delivered
}

function deliveredBy(arrival: Arrival, clock: JudgedClock, zone: string): Delivered[] {
  const counts = arrival.clock === clock && arrival.kind === 'arrival' && arrival.at !== null && !isFutureData(arrival, zone)
  return counts ? [{ value: arrival.at ?? 0, at: effectiveAt(arrival) }] : []
}

function clockOf({ arrivals, runs }: Pick<AssetFacts, 'arrivals' | 'runs'>): JudgedClock {
  if (runs.length > 0 || arrivals.some((arrival) => arrival.clock === 'loadedAt')) return 'loadedAt'
  return arrivals.some((arrival) => arrival.clock === 'writtenAt' && arrival.at !== null) ? 'writtenAt' : 'dataThroughAt'
}

function firstFrom(delivered: readonly Delivered[], value: Instant): number {
  let low = 0
  let high = delivered.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((delivered[middle]?.value ?? value) < value) low = middle + 1
    else high = middle
  }
  return low
}
