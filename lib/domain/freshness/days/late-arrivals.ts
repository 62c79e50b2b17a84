import type { SettingsVersion } from '#lib/domain/freshness/asset-settings.ts'
import { effectiveAt } from '#lib/domain/freshness/clock-history.ts'
import type { Arrival } from '#lib/domain/freshness/facts.ts'
import type { DeadlinePolicy } from '#lib/domain/freshness/policies/policy.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import type { LateDelivery } from './day-status.ts'
import { deliveries, deliveryClock } from './deliveries.ts'

/**
 * The arrivals that delivered something late, each with the newest tick it did so for, by the promises in force at that tick. Ticks older
 * than all of these arrivals are left alone: what delivered them is not among them.
 */
export function lateArrivals<A extends Arrival>(
  versions: readonly SettingsVersion[],
  arrivals: readonly A[],
  now: Instant,
): Map<A, LateDelivery> {
  const found = new Map<A, LateDelivery>()
  const oldest = arrivals.reduce((first, arrival) => Math.min(first, effectiveAt(arrival)), now)
  for (const [index, { from, settings }] of versions.entries()) {
    const until = Math.min(versions[index + 1]?.from ?? now, now)
    for (const policy of settings?.policies ?? []) {
      if (policy.kind !== 'deadline') continue
      for (const [arrival, late] of lateUnder(policy, arrivals, Math.max(from, oldest), until)) found.set(arrival, late)
    }
  }
  return found
}

function lateUnder<A extends Arrival>(policy: DeadlinePolicy, arrivals: readonly A[], from: Instant, until: Instant): [A, LateDelivery][] {
  const facts = { arrivals, runs: [] }
  const clock = deliveryClock(policy, facts)
  const own = new Map(arrivals.filter((arrival) => arrival.clock === clock).map((arrival) => [effectiveAt(arrival), arrival]))
  return deliveries(policy, facts, from, until, clock).flatMap(({ tick, deliveredAt, onTime }): [A, LateDelivery][] => {
    const arrival = deliveredAt === null || onTime ? undefined : own.get(deliveredAt)
    return arrival === undefined || deliveredAt === null ? [] : [[arrival, { expectedBy: tick + policy.graceMs, at: deliveredAt }]]
  })
}
