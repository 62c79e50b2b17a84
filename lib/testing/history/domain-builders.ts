import type { KeyPromise } from '#lib/domain/coverage/key-promise.ts'
import type { AssetSettings, SettingsVersion } from '#lib/domain/freshness/asset-settings.ts'
import { evaluate } from '#lib/domain/freshness/evaluate.ts'
import type { Arrival, AssetFacts, JudgedClock, RunOutcome } from '#lib/domain/freshness/facts.ts'
import type { AgePolicy, CalendarDaysPolicy, DeadlinePolicy } from '#lib/domain/freshness/policies/policy.ts'
import { prepareFacts } from '#lib/domain/freshness/prepare-facts.ts'
import type { Span } from '#lib/domain/freshness/span.ts'
import { connectionWitness } from '#lib/domain/freshness/witnesses/witness.ts'
import type { Schedule } from '#lib/domain/time/cron.ts'
import { DAY_MS, HOUR_MS, type Instant, MINUTE_MS } from '#lib/domain/time/instant.ts'

export function at(text: string): Instant {
  return Date.parse(/(Z|[+-]\d\d:\d\d)$/.test(text) ? text : `${text}Z`)
}

export function iso(instant: Instant | null): string | null {
  return instant === null ? null : new Date(instant).toISOString()
}

export function aDeadline(own: Partial<DeadlinePolicy> = {}): DeadlinePolicy {
  return {
    kind: 'deadline',
    cron: '0 2 * * *',
    graceMs: 45 * MINUTE_MS,
    staleAfterMs: DAY_MS,
    opensBeforeMs: null,
    writer: null,
    clock: null,
    zone: 'UTC',
    calendar: null,
    ...own,
  }
}

export function anAge(own: Partial<AgePolicy> = {}): AgePolicy {
  return { kind: 'age', lateAfterMs: DAY_MS, staleAfterMs: 3 * DAY_MS, clock: null, zone: 'UTC', calendar: null, ...own }
}

export function calendarDays(own: Partial<CalendarDaysPolicy> = {}): CalendarDaysPolicy {
  return { kind: 'calendar-days', lateAfterDays: 1, staleAfterDays: 100, by: '08:00', clock: null, zone: 'UTC', calendar: null, ...own }
}

/** What is promised of each key, judged by the column `shop`. */
export function keyPromise(own: Partial<KeyPromise> = {}): KeyPromise {
  return { column: 'shop', of: 'seen', eachMs: DAY_MS, staleMs: 3 * DAY_MS, withinMs: 30 * DAY_MS, zone: 'UTC', ...own }
}

export function settings(policies: AssetSettings['policies'], own: Partial<AssetSettings> = {}): AssetSettings {
  return { feed: 'terms', promised: true, policies, blindAfterMs: null, ...own }
}

export function always(own: AssetSettings): SettingsVersion[] {
  return [{ from: 0, settings: own }]
}

/** An arrival seen when it happened; give `recordedAt` for what was learnt later. */
export function arrival(clock: JudgedClock, value: string | null, own: Partial<Arrival> = {}): Arrival {
  const instant = value === null ? null : at(value)
  const recordedAt = own.recordedAt ?? instant ?? 0
  const seen = { witness: connectionWitness('lake'), recordedAt, happenedAt: recordedAt }
  return { clock, at: instant, ...seen, kind: 'arrival', precision: 'instant', rows: null, ...own }
}

/** What a run of ours tells when it has loaded. */
export function loaded(value: string, own: Partial<Arrival> = {}): Arrival {
  return arrival('loadedAt', value, { witness: 'ledger', happenedAt: at(value), rows: 10, ...own })
}

/** A load by a run of ours: its place (scheduled, or begun when asked for by hand) and its end. */
export function loadedBy(placedAt: string, endedAt: string): Arrival {
  return loaded(endedAt, { placedAt: at(placedAt) })
}

export function aWriter(cron: string, zone = 'UTC'): Schedule {
  return { cron, zone, calendar: null }
}

export function correction(clock: JudgedClock, value: string | null, recordedAt: string): Arrival {
  return arrival(clock, value, { kind: 'correction', recordedAt: at(recordedAt) })
}

export function run(state: RunOutcome['state'], endedAt: string, own: Partial<RunOutcome> = {}): RunOutcome {
  const ended = at(endedAt)
  const startedAt = ended - 10 * MINUTE_MS
  return { state, startedAt, endedAt: ended, hungAt: startedAt + 4 * HOUR_MS, ...own }
}

/** Facts of an asset created on 1 January 2026 and never looked at. */
export function facts(own: Partial<AssetFacts> = {}): AssetFacts {
  return { createdAt: at('2026-01-01T00:00'), arrivals: [], runs: [], probedAt: null, blind: [], lasting: [], windows: [], ...own }
}

export function statusAt(own: AssetSettings, known: AssetFacts, now: string | Instant): string {
  const { status, reason } = evaluate(own, prepareFacts(known), typeof now === 'string' ? at(now) : now)
  return `${status}/${reason}`
}

/** Status and reason one millisecond before an instant, at it, and one after. */
export function around(own: AssetSettings, known: AssetFacts, now: string): string[] {
  return [-1, 0, 1].map((offset) => statusAt(own, known, at(now) + offset))
}

/** Spans in short: `2026-03-05T02:00:00.000Z fresh/on-time`, the end of the last one last. */
export function inShort(spans: readonly Span[]): string[] {
  return [...spans.map((span) => `${iso(span.from)} ${span.status}/${span.reason}`), ...spans.slice(-1).map((span) => `${iso(span.to)}`)]
}
