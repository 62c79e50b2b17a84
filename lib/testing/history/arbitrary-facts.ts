import fc from 'fast-check'
import type { KeyPromise } from '#lib/domain/coverage/key-promise.ts'
import { type Arrival, JUDGED_CLOCKS } from '#lib/domain/freshness/facts.ts'
import type { Policy } from '#lib/domain/freshness/policies/policy.ts'
import { connectionWitness, type Witness } from '#lib/domain/freshness/witnesses/witness.ts'
import { DAY_MS, HOUR_MS, type Instant, MINUTE_MS } from '#lib/domain/time/instant.ts'
import { aDeadline, anAge, aWriter, calendarDays, keyPromise, settings } from './domain-builders.ts'

/** The stretch of the scenarios; clocks change in New York and Berlin in it. */
export const START: Instant = Date.parse('2026-03-01T00:00Z')
export const END: Instant = START + 30 * DAY_MS

const NEW_YORK = 'America/New_York'
const CAMPUS = { weekdays: [1, 2, 3, 4, 5], holidays: ['2026-03-10'] }
const POLICIES: Policy[] = [
  aDeadline(),
  aDeadline({ cron: '30 2 * * *', zone: NEW_YORK, graceMs: HOUR_MS, clock: 'loadedAt' }),
  aDeadline({ cron: '0 */6 * * *', zone: 'Europe/Berlin', opensBeforeMs: HOUR_MS, staleAfterMs: 3 * HOUR_MS }),
  aDeadline({ cron: '0 6 * * *', calendar: CAMPUS }),
  aDeadline({ cron: '0 8 * * *', zone: NEW_YORK, writer: aWriter('0 1 * * *', NEW_YORK) }),
  aDeadline({ cron: '0 6 * * *', clock: 'dataThroughAt' }),
  anAge({ lateAfterMs: 8 * HOUR_MS, staleAfterMs: 20 * HOUR_MS }),
  anAge({ clock: 'writtenAt' }),
  calendarDays({ zone: NEW_YORK, staleAfterDays: 3 }),
  calendarDays({ zone: NEW_YORK, clock: 'dataThroughAt', staleAfterDays: 5, calendar: CAMPUS }),
  { kind: 'none' },
]

const EXPECTED: KeyPromise[] = [
  keyPromise({ of: ['steam', 'sony'], eachMs: 12 * HOUR_MS }),
  keyPromise({ of: 'seen', eachMs: 9 * HOUR_MS, staleMs: 20 * HOUR_MS, withinMs: 3 * DAY_MS }),
]

export const LAKE = connectionWitness('lake')
export const DBT = connectionWitness('dbt')

/** Mostly on the half hour, so that instants coincide; sometimes a millisecond off. */
export const anInstant = fc
  .tuple(fc.integer({ min: 0, max: 30 * 48 - 1 }), fc.constantFrom(0, 0, 0, 1, -1))
  .map(([slot, off]) => Math.max(START, START + slot * 30 * MINUTE_MS + off))
export const aDelay = fc.constantFrom(0, 0, MINUTE_MS, HOUR_MS, 7 * HOUR_MS, 30 * HOUR_MS)
/** What a look saw of the keys of a table. */
export const someKeys = fc.array(fc.record({ key: fc.constantFrom('steam', 'sony', 'epic'), ago: aDelay, isMissing: fc.boolean() }), {
  maxLength: 3,
})

export const someSettings = fc
  .tuple(
    fc.uniqueArray(fc.constantFrom(...POLICIES), { minLength: 1, maxLength: 3 }),
    fc.constantFrom(null, 15 * MINUTE_MS, 10 * HOUR_MS),
    fc.constantFrom(null, ...EXPECTED),
  )
  .map(([policies, blindAfterMs, expect]) => settings(policies, { blindAfterMs, expect }))

export const aFact = fc
  .record({
    isWeak: fc.boolean(),
    clock: fc.constantFrom(...JUDGED_CLOCKS),
    ago: aDelay,
    kind: fc.constantFrom('forward', 'forward', 'forward', 'back', 'gone', 'future'),
    dated: fc.boolean(),
    placed: fc.constantFrom(null, null, HOUR_MS, 7 * HOUR_MS, 30 * HOUR_MS),
  })
  .map(
    (wanted) =>
      (knownAt: Instant, witness: Witness): Arrival => ({
        clock: wanted.clock,
        at: { forward: knownAt - wanted.ago, back: knownAt - wanted.ago - 3 * DAY_MS, gone: null, future: knownAt + 2 * DAY_MS }[
          wanted.kind
        ],
        kind: wanted.kind === 'back' || wanted.kind === 'gone' ? 'correction' : 'arrival',
        precision: wanted.dated && wanted.clock === 'dataThroughAt' ? 'day' : 'instant',
        rows: wanted.ago === 0 ? 0 : 5,
        placedAt: wanted.placed === null || wanted.kind !== 'forward' ? null : knownAt - wanted.ago - wanted.placed,
        recordedAt: knownAt,
        witness,
        happenedAt: knownAt,
        weakBy: wanted.isWeak ? 'counters' : null,
      }),
  )

/** Something happened, and somebody tells it, sometimes late. */
export const aTelling = fc.tuple(anInstant, aFact, aDelay).map(([knownAt, make, lateByMs]) => {
  const fact = make(knownAt - lateByMs, 'ledger')
  return {
    kind: 'told' as const,
    knownAt,
    arrivals: [{ ...fact, kind: 'arrival' as const, at: fact.at ?? fact.happenedAt, recordedAt: knownAt }],
  }
})
