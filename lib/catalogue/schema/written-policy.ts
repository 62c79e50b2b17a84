import { judgesAClock } from '#lib/domain/freshness/judged-value.ts'
import { type CalendarDaysPolicy, type Policy, type PolicyInput, policyInputSchema } from '#lib/domain/freshness/policies/policy.ts'
import type { BusinessCalendar } from '#lib/domain/time/business-calendar.ts'
import { nextTick } from '#lib/domain/time/cron.ts'
import { HOUR_MS, ORDINARY_MONDAY } from '#lib/domain/time/instant.ts'
import { localDay, startOfDay, timeOfDay } from '#lib/domain/time/local-day.ts'
import type { WrittenCalendar, WrittenPolicy } from './document.ts'
import { weekdayNumbers } from './weekdays.ts'

/** What a written policy leaves open is taken from here. */
export interface PolicySurroundings {
  zone: string
  readyBy: string
  calendars: ReadonlyMap<string, BusinessCalendar>
  /** The flow that writes the asset. */
  flow: { cron: string; zone: string; timeoutMs: number } | null
  /** Whether anything tells when it was written or loaded; of a dashboard nothing does. */
  hasClock: boolean
}

/** A load that needs longer than this should be given a deadline of its own. */
export const GRACE_MAX_MS = 4 * HOUR_MS

/** When the day's load must be there: the flow's first tick of a day plus the time it is allowed to take, or the page's hour. */
function deliveredBy({ flow, readyBy }: PolicySurroundings, zone: string): string {
  if (flow === null) return readyBy
  const anyTick = nextTick({ cron: flow.cron, zone: flow.zone, calendar: null }, ORDINARY_MONDAY)
  if (anyTick === null) return readyBy
  const midnight = startOfDay(localDay(anyTick, zone), zone)
  const first = nextTick({ cron: flow.cron, zone: flow.zone, calendar: null }, midnight - 1) ?? anyTick
  const end = first + Math.min(flow.timeoutMs, GRACE_MAX_MS)
  return localDay(end, zone) === localDay(first, zone) ? timeOfDay(end, zone) : '23:59'
}

function deliverer({ cron, zone, timeoutMs }: NonNullable<PolicySurroundings['flow']>): NonNullable<CalendarDaysPolicy['writer']> {
  return { cron, zone, calendar: null, graceMs: Math.min(timeoutMs, GRACE_MAX_MS) }
}

function resolveOne(input: PolicyInput, around: PolicySurroundings): Policy {
  if (input.kind === 'none' || input.kind === 'upstream') return { kind: input.kind }
  const zone = input.zone ?? around.zone
  const calendar = input.calendar === undefined ? null : (around.calendars.get(input.calendar) ?? null)
  const judged = { clock: input.clock ?? null, zone, calendar }
  switch (input.kind) {
    case 'calendar-days':
      return {
        kind: 'calendar-days',
        ...judged,
        lateAfterDays: input.lateAfterDays,
        staleAfterDays: input.staleAfterDays,
        by: input.by ?? deliveredBy(around, zone),
        ...(input.by === undefined && around.flow !== null ? { writer: deliverer(around.flow) } : {}),
      }
    case 'age':
      return { kind: 'age', ...judged, lateAfterMs: input.lateAfter, staleAfterMs: input.staleAfter }
    case 'deadline':
      return {
        kind: 'deadline',
        ...judged,
        cron: input.cron,
        graceMs: input.grace,
        staleAfterMs: input.staleAfter ?? input.grace + 24 * HOUR_MS,
        opensBeforeMs: input.opensBefore ?? null,
        writer: around.flow === null ? null : { cron: around.flow.cron, zone: around.flow.zone, calendar: null },
      }
  }
}

/**
 * The nearest of asset, feed and group that declares a promise wins; when none does, today is fresh and 100 days are too many. What has no clock
 * inherits no promise about one: it is as fresh as what it is made from, unless something else is written at the asset itself.
 */
export function resolvePolicies(nearestFirst: readonly (WrittenPolicy | undefined)[], around: PolicySurroundings): Policy[] {
  const written = nearestFirst.find((policy) => policy !== undefined) ?? policyInputSchema.parse({ kind: 'calendar-days' })
  const policies = (Array.isArray(written) ? written : [written]).map((policy) => resolveOne(policy, around))
  const isOwn = nearestFirst[0] !== undefined
  return isOwn || around.hasClock || !policies.some(judgesAClock) ? policies : [{ kind: 'upstream' }]
}

/** Whether runs of the writing flow are all the evidence these policies ask for. */
export function isJudgedByLoads(policies: readonly Policy[]): boolean {
  return policies.every((policy) => !judgesAClock(policy) || policy.clock === null || policy.clock === 'loadedAt')
}

/** A calendar as the rules use it. */
export function toCalendar({ weekdays, holidays }: WrittenCalendar): BusinessCalendar {
  return { weekdays: weekdayNumbers(weekdays), holidays: [...holidays].sort() }
}
