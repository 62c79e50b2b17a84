import { effectiveAt, isFutureData, placeOf } from '#lib/domain/freshness/clock-history.ts'
import type { Arrival, AssetFacts, JudgedClock } from '#lib/domain/freshness/facts.ts'
import { opensAt } from '#lib/domain/freshness/policies/deadline-windows.ts'
import type { DeadlinePolicy } from '#lib/domain/freshness/policies/policy.ts'
import { ticksBetween } from '#lib/domain/time/cron.ts'
import type { Instant } from '#lib/domain/time/instant.ts'

/** What became of one tick of a deadline; `deliveredAt` null means it has not been delivered. */
export interface Delivery {
  tick: Instant
  deliveredAt: Instant | null
  onTime: boolean
}

interface Delivered {
  placedAt: Instant
  /** When something that lies at `placedAt` or later first counted. */
  at: Instant
}

/** The ticks of [from, to), each with the first arrival that satisfies it or a later one. */
export function deliveries(
  policy: DeadlinePolicy,
  facts: Pick<AssetFacts, 'arrivals' | 'runs'>,
  from: Instant,
  to: Instant,
  clock: JudgedClock = deliveryClock(policy, facts),
): Delivery[] {
  const delivered = deliveredByPlace(policy, facts, clock)
  return ticksBetween(policy, from, to).map((tick) => {
    const opens = opensAt(policy, tick, clock)
    const deliveredAt = delivered[firstFrom(delivered, opens)]?.at ?? null
    return { tick, deliveredAt, onTime: deliveredAt !== null && deliveredAt <= tick + policy.graceMs }
  })
}

/** Ninety days ask the same of the same arrivals. */
const placed = new WeakMap<readonly Arrival[], Map<string, readonly Delivered[]>>()

function deliveredByPlace({ zone }: DeadlinePolicy, { arrivals }: Pick<AssetFacts, 'arrivals'>, clock: JudgedClock): readonly Delivered[] {
  const known = placed.get(arrivals) ?? new Map<string, readonly Delivered[]>()
  placed.set(arrivals, known)
  const key = `${clock} ${zone}`
  const delivered = known.get(key) ?? orderByPlace(arrivals, clock, zone)
  known.set(key, delivered)
  return delivered
}

function orderByPlace(arrivals: readonly Arrival[], clock: JudgedClock, zone: string): Delivered[] {
  const delivered = arrivals.flatMap((arrival) => deliveredBy(arrival, clock, zone)).sort((a, b) => a.placedAt - b.placedAt)
  let first = Number.POSITIVE_INFINITY
  for (const entry of delivered.toReversed()) {
    first = Math.min(first, entry.at)
    entry.at = first
  }
  return delivered
}

function deliveredBy(arrival: Arrival, clock: JudgedClock, zone: string): Delivered[] {
  const placedAt = placeOf(arrival)
  const counts = arrival.clock === clock && arrival.kind === 'arrival' && !isFutureData(arrival, zone)
  return counts && placedAt !== null ? [{ placedAt, at: effectiveAt(arrival) }] : []
}

/** The clock by which deliveries count, as far as these facts tell. */
export function deliveryClock(policy: DeadlinePolicy, { arrivals, runs }: Pick<AssetFacts, 'arrivals' | 'runs'>): JudgedClock {
  if (policy.clock !== null) return policy.clock
  if (runs.length > 0 || arrivals.some((arrival) => arrival.clock === 'loadedAt')) return 'loadedAt'
  return arrivals.some((arrival) => arrival.clock === 'writtenAt' && arrival.at !== null) ? 'writtenAt' : 'dataThroughAt'
}

function firstFrom(delivered: readonly Delivered[], opens: Instant): number {
  let low = 0
  let high = delivered.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((delivered[middle]?.placedAt ?? opens) < opens) low = middle + 1
    else high = middle
  }
  return low
}
