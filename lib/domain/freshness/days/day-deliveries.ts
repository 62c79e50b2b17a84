import type { SettingsVersion } from '#lib/domain/freshness/asset-settings.ts'
import { effectiveAt } from '#lib/domain/freshness/clock-history.ts'
import { type Arrival, type AssetFacts, JUDGED_CLOCKS } from '#lib/domain/freshness/facts.ts'
import { judgesAClock } from '#lib/domain/freshness/judged-value.ts'
import { opensAt } from '#lib/domain/freshness/policies/deadline-windows.ts'
import type { DeadlinePolicy, Policy } from '#lib/domain/freshness/policies/policy.ts'
import { isBusinessDay } from '#lib/domain/time/business-calendar.ts'
import { nextTick } from '#lib/domain/time/cron.ts'
import { DAY_MS, HOUR_MS, type Instant } from '#lib/domain/time/instant.ts'
import { type DayBounds, toDayNumber } from '#lib/domain/time/local-day.ts'
import type { LateDelivery } from './day-status.ts'
import { deliveries, deliveryClock } from './deliveries.ts'

interface Known {
  versions: readonly SettingsVersion[]
  facts: Pick<AssetFacts, 'arrivals' | 'runs'>
}

/** What arrived on a day, and the deadlines (tick plus grace) that fell into it: all, those never kept, those kept late. */
export interface DayDeliveries {
  arrivals: Instant[]
  expected: Instant[]
  missed: Instant[]
  late: LateDelivery[]
}

/** Dates are known up to a day before they end, and other clocks may run ahead a little. */
const KNOWN_AHEAD_MS = 26 * HOUR_MS

/** From when on arrivals must be known to count days from `start` on: a tick may have been satisfied long before it. */
export function deliveriesReach(versions: readonly SettingsVersion[], start: Instant): Instant {
  let reach = start
  for (const policy of versions.flatMap(({ settings }) => settings?.policies.filter(isDeadline) ?? [])) {
    const first = nextTick(policy, start - policy.graceMs - 1)
    if (first === null) continue
    const opens = JUDGED_CLOCKS.map((clock) => opensAt(policy, first, clock))
    reach = Math.min(reach, Math.min(...opens) - KNOWN_AHEAD_MS)
  }
  return reach
}

/**
 * Counts one day as it was known by its end, later knowledge about it included; what came after its end delivers it late. Of a day that
 * is not over, what fell due before `until`.
 */
export function deliveriesOn({ versions, facts }: Known, day: DayBounds, until: Instant = day.end): DayDeliveries {
  const { start } = day
  const end = Math.min(day.end, until)
  const due = versions.flatMap(({ from, settings }, index) => {
    const to = Math.min(versions[index + 1]?.from ?? end, end)
    return (settings?.policies ?? []).filter(isDeadline).flatMap((policy) => {
      const clock = policy.clock ?? deliveryClock(policy, knownBefore(facts, end))
      const ticks = deliveries(policy, facts, Math.max(from, start) - policy.graceMs, to - policy.graceMs, clock)
      return ticks.map((delivery) => ({ ...delivery, endsAt: delivery.tick + policy.graceMs }))
    })
  })
  return {
    arrivals: arrivalsOf(facts.arrivals, start, end),
    expected: due.map(({ endsAt }) => endsAt),
    missed: due.flatMap(({ deliveredAt, endsAt }) => (deliveredAt === null ? [endsAt] : [])),
    late: due.flatMap(({ deliveredAt, onTime, endsAt }) =>
      deliveredAt === null || onTime ? [] : [{ expectedBy: endsAt, at: deliveredAt }],
    ),
  }
}

function isDeadline(policy: Policy): policy is DeadlinePolicy {
  return policy.kind === 'deadline'
}

function knownBefore({ arrivals, runs }: Known['facts'], end: Instant): Known['facts'] {
  return { arrivals: arrivals.filter((arrival) => effectiveAt(arrival) < end), runs: runs.filter((run) => run.startedAt < end) }
}

/** One load moves several clocks: the best one there is before the end counts. */
function arrivalsOf(arrivals: readonly Arrival[], start: Instant, end: Instant): Instant[] {
  const clock = JUDGED_CLOCKS.findLast((candidate) => arrivals.some((arrival) => arrival.clock === candidate && effectiveAt(arrival) < end))
  const own = arrivals.filter((arrival) => arrival.clock === clock && arrival.kind === 'arrival' && arrival.at !== null)
  return own.map(effectiveAt).filter((at) => at >= start && at < end)
}

/** Whether any promise in force on that day counts the day; a holiday of all calendars asks for nothing. */
export function isExpectedOn(versions: readonly SettingsVersion[], { day, start }: DayBounds): boolean {
  const settings = versions.findLast((version) => version.from < start + DAY_MS / 2)?.settings ?? null
  const number = toDayNumber(day)
  const counts = (policy: Policy) => (judgesAClock(policy) ? isBusinessDay(number, policy.calendar) : policy.kind === 'upstream')
  return settings?.policies.some(counts) ?? false
}
