import { effectiveAt, isFutureData, placeOf } from '#lib/domain/freshness/clock-history.ts'
import type { Arrival, JudgedClock } from '#lib/domain/freshness/facts.ts'
import { dueAfter } from '#lib/domain/freshness/policies/deadline-windows.ts'
import type { DeadlinePolicy } from '#lib/domain/freshness/policies/policy.ts'
import { previousTick } from '#lib/domain/time/cron.ts'
import { HOUR_MS, type Instant } from '#lib/domain/time/instant.ts'
import { localDay } from '#lib/domain/time/local-day.ts'
import { deliveryClock } from './deliveries.ts'
import { lateInWords } from './delivery-words.ts'

/** Fewer tell nothing about how a promise fits; more are of a time when all was different. */
const LEAST = 3
export const LOOKED_AT = 5

interface Outside {
  placedAt: Instant
  at: Instant
  tick: Instant
  next: Instant
}

/** A remark on a deadline whose last arrivals all came outside of it, with what to write; null when it fits, or too little is known. */
export function outsideInWords(policy: DeadlinePolicy, arrivals: readonly Arrival[]): string | null {
  const clock = deliveryClock(policy, { arrivals, runs: [] })
  const last = arrivals
    .filter((arrival) => arrival.clock === clock && arrival.kind === 'arrival' && !isFutureData(arrival, policy.zone))
    .sort((a, b) => effectiveAt(b) - effectiveAt(a))
    .slice(0, LOOKED_AT)
  const outside = last.flatMap((arrival) => outsideOf(policy, arrival, clock))
  const [newest] = outside
  if (newest === undefined || outside.length < LEAST || outside.length < last.length) return null
  const words = lateInWords({ expectedBy: newest.tick + policy.graceMs, at: newest.at }, policy.zone)
  return `Its last ${outside.length} arrivals came outside of that: the newest, on ${localDay(newest.at, policy.zone)}, ${words}. ${remedy(outside)}`
}

function outsideOf(policy: DeadlinePolicy, arrival: Arrival, clock: JudgedClock): Outside[] {
  const placedAt = placeOf(arrival)
  const next = placedAt === null ? null : dueAfter(policy, placedAt, clock)
  const tick = next === null ? null : previousTick(policy, next - 1)
  const at = effectiveAt(arrival)
  return placedAt === null || next === null || tick === null || at <= tick + policy.graceMs ? [] : [{ placedAt, at, tick, next }]
}

function remedy(outside: readonly Outside[]): string {
  const areEarly = outside.every(({ placedAt, tick, next }) => next - placedAt < placedAt - tick)
  if (!areEarly) return 'If that is when they come, move "cron", or give more "grace".'
  const aheadMs = Math.max(...outside.map(({ placedAt, next }) => next - placedAt))
  return `If they are meant for the time that follows, write "opensBefore: ${Math.ceil(aheadMs / HOUR_MS)}h".`
}
