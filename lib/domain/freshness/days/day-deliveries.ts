import type { SettingsVersion } from '#lib/domain/freshness/asset-settings.ts'
import { effectiveAt } from '#lib/domain/freshness/clock-history.ts'
import { type Arrival, type AssetFacts, JUDGED_CLOCKS, type JudgedClock } from '#lib/domain/freshness/facts.ts'
import { judgesAClock } from '#lib/domain/freshness/judged-value.ts'
import { opensAt } from '#lib/domain/freshness/policies/deadline-windows.ts'
import type { DeadlinePolicy, Policy } from '#lib/domain/freshness/policies/policy.ts'
import { isBusinessDay } from '#lib/domain/time/business-calendar.ts'
import { nextTick } from '#lib/domain/time/cron.ts'
import { DAY_MS, END_OF_TIME, HOUR_MS, type Instant } from '#lib/domain/time/instant.ts'
import { type DayBounds, toDayNumber } from '#lib/domain/time/local-day.ts'
import { countUpTo } from '#lib/domain/time/sorted-instants.ts'
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
 * Counts any day of an asset as it was known by its end, later knowledge about it included; what came after its end delivers it late. Of a day that
 * is not over, what fell due before `until`. Make it once for all days.
 */
export function deliveriesByDay({ versions, facts }: Known): (day: DayBounds, until?: Instant) => DayDeliveries {
  const first = firstOfEach(facts)
  const allKnownAt = Math.max(...first.arrivals.map(effectiveAt), ...first.runs.map(({ startedAt }) => startedAt))
  const arrivedAt = arrivalsByClock(facts.arrivals)
  const deadlines = versions.flatMap(({ from, settings }, index) => {
    const to = versions[index + 1]?.from ?? END_OF_TIME
    return (settings?.policies ?? []).filter(isDeadline).map((policy) => ({ policy, from, to }))
  })
  return (day, until = day.end) => {
    const { start } = day
    const end = Math.min(day.end, until)
    const known = allKnownAt < end ? first : knownBefore(first, end)
    const due = deadlines.flatMap(({ policy, from, to }) => {
      const { graceMs } = policy
      const clock = deliveryClock(policy, known)
      return deliveries(policy, facts, Math.max(from, start) - graceMs, Math.min(to, end) - graceMs, clock).map(
        ({ tick, deliveredAt, onTime }) => ({ deliveredAt, onTime, endsAt: tick + graceMs }),
      )
    })
    return {
      arrivals: instantsWithin(arrivedAt.get(bestClock(known.arrivals)) ?? [], start, end),
      expected: due.map(({ endsAt }) => endsAt),
      missed: due.flatMap(({ deliveredAt, endsAt }) => (deliveredAt === null ? [endsAt] : [])),
      late: due.flatMap(({ deliveredAt, onTime, endsAt }) =>
        deliveredAt === null || onTime ? [] : [{ expectedBy: endsAt, at: deliveredAt }],
      ),
    }
  }
}

function isDeadline(policy: Policy): policy is DeadlinePolicy {
  return policy.kind === 'deadline'
}

/** The first fact of each kind: these tell which kinds were known by an instant. */
function firstOfEach({ arrivals, runs }: Known['facts']): Known['facts'] {
  const ofClock = (clock: JudgedClock, isNothing: boolean) =>
    earliest(
      arrivals.filter((arrival) => arrival.clock === clock && (arrival.at === null) === isNothing),
      effectiveAt,
    )
  return {
    arrivals: JUDGED_CLOCKS.flatMap((clock) => [...ofClock(clock, false), ...ofClock(clock, true)]),
    runs: earliest(runs, ({ startedAt }) => startedAt),
  }
}

/** The first of those with the earliest instant; empty: there is none. */
function earliest<T>(all: readonly T[], at: (one: T) => Instant): T[] {
  return all.length === 0 ? [] : [all.reduce((first, one) => (at(one) < at(first) ? one : first))]
}

function knownBefore({ arrivals, runs }: Known['facts'], end: Instant): Known['facts'] {
  return { arrivals: arrivals.filter((arrival) => effectiveAt(arrival) < end), runs: runs.filter((run) => run.startedAt < end) }
}

/** One load moves several clocks: the best one there is counts. */
function bestClock(known: readonly Arrival[]): JudgedClock | undefined {
  return JUDGED_CLOCKS.findLast((clock) => known.some((arrival) => arrival.clock === clock))
}

/** Of each clock, when something arrived, ascending. */
function arrivalsByClock(arrivals: readonly Arrival[]): Map<JudgedClock | undefined, Instant[]> {
  const own = Map.groupBy(
    arrivals.filter(({ kind, at }) => kind === 'arrival' && at !== null),
    ({ clock }) => clock,
  )
  return new Map([...own].map(([clock, list]) => [clock, list.map(effectiveAt).sort((a, b) => a - b)]))
}

function instantsWithin(sorted: readonly Instant[], start: Instant, end: Instant): Instant[] {
  return sorted.slice(countUpTo(sorted, start - 1), countUpTo(sorted, end - 1))
}

/** Whether any promise in force on that day counts the day; a holiday of all calendars asks for nothing. */
export function isExpectedOn(versions: readonly SettingsVersion[], { day, start }: DayBounds): boolean {
  const settings = versions.findLast((version) => version.from < start + DAY_MS / 2)?.settings ?? null
  const counts = (policy: Policy) => {
    if (!judgesAClock(policy)) return policy.kind === 'upstream'
    return policy.calendar === null || isBusinessDay(toDayNumber(day), policy.calendar)
  }
  return settings?.policies.some(counts) ?? false
}
