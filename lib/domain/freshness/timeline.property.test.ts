import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Instant, SECOND_MS } from '#lib/domain/time/instant.ts'
import { addDays, boundsOfDay, endOfDay, localDay, startOfDay } from '#lib/domain/time/local-day.ts'
import { END, START } from '#lib/testing/history/arbitrary-facts.ts'
import { aScenario, learn, type Scenario, spansAtOnce, spansLive, versionsOf } from '#lib/testing/history/scenarios.ts'
import { rollUpDay } from './days/day-status.ts'
import { evaluate } from './evaluate.ts'
import { prepareFacts } from './prepare-facts.ts'
import { rollUp } from './roll-up.ts'
import type { Span } from './span.ts'
import { worstOf } from './status.ts'
import { timeline } from './timeline.ts'

const anInstant = fc.integer({ min: START, max: END })
const runs = { numRuns: 300 }

function expectGapless(spans: readonly Span[], from: Instant, to: Instant): void {
  expect(spans.length > 0).toBe(from < to)
  if (from < to) expect([spans[0]?.from, spans.at(-1)?.to]).toEqual([from, to])
  for (const [index, span] of spans.entries()) {
    expect(span.from).toBeLessThan(span.to)
    const after = spans[index + 1]
    if (after === undefined) continue
    expect(after.from).toBe(span.to)
    expect([after.status, after.reason]).not.toEqual([span.status, span.reason])
  }
}

function join(left: readonly Span[], right: readonly Span[]): Span[] {
  const last = left.at(-1)
  const first = right[0]
  if (last === undefined || first === undefined || last.status !== first.status || last.reason !== first.reason) return [...left, ...right]
  return [...left.slice(0, -1), { ...last, to: first.to }, ...right.slice(1)]
}

function settingsAt(scenario: Scenario, at: Instant) {
  return versionsOf(scenario).findLast((version) => version.from <= at)?.settings ?? null
}

describe('whatever happens to an asset', () => {
  test('spans never overlap or leave gaps, and neighbours differ', () => {
    fc.assert(
      fc.property(aScenario, anInstant, anInstant, (scenario, a, b) => {
        const [from, to] = [Math.min(a, b), Math.max(a, b)]
        expectGapless(timeline(versionsOf(scenario), learn(scenario), from, to), Math.max(from, scenario.createdAt), to)
      }),
      runs,
    )
  })

  test('a timeline over [a, c) is the one over [a, b) and then [b, c)', () => {
    fc.assert(
      fc.property(aScenario, anInstant, anInstant, anInstant, (scenario, ...instants) => {
        const [a = 0, b = 0, c = 0] = instants.sort((x, y) => x - y)
        const known = prepareFacts(learn(scenario))
        const whole = timeline(versionsOf(scenario), known, a, c)
        expect(join(timeline(versionsOf(scenario), known, a, b), timeline(versionsOf(scenario), known, b, c))).toEqual(whole)
      }),
      runs,
    )
  })

  test('evaluate says what the span covering now says', () => {
    fc.assert(
      fc.property(aScenario, fc.array(anInstant, { minLength: 1, maxLength: 10 }), (scenario, instants) => {
        const known = prepareFacts(learn(scenario))
        const spans = timeline(versionsOf(scenario), known, scenario.createdAt, END + 1)
        for (const now of [...instants, ...spans.flatMap((span) => [span.from, span.to - 1])]) {
          const own = settingsAt(scenario, now)
          if (now < scenario.createdAt || own === null) continue
          const span = spans.find((s) => s.from <= now && now < s.to)
          const verdict = evaluate(own, known, now)
          expect([verdict.status, verdict.reason]).toEqual([span?.status, span?.reason])
        }
      }),
      runs,
    )
  })

  test('nothing changes before nextChangeAt, and something does at it, if nothing arrives', () => {
    fc.assert(
      fc.property(aScenario, anInstant, (scenario, now) => {
        const own = settingsAt(scenario, now)
        if (now < scenario.createdAt || own === null) return
        const known = prepareFacts(learn(scenario, now))
        const { status, reason, nextChangeAt } = evaluate(own, known, now)
        const later = now + 400 * 86_400_000
        const [span] = timeline([{ from: 0, settings: own }], known, now, later)
        expect([span?.status, span?.reason]).toEqual([status, reason])
        expect(nextChangeAt !== null && nextChangeAt < later ? nextChangeAt : later).toBe(span?.to)
      }),
      runs,
    )
  })

  test('the live path tells the same scenario as one timeline at the end', () => {
    fc.assert(
      fc.property(aScenario, (scenario) => {
        expect(spansLive(scenario)).toEqual(spansAtOnce(scenario))
      }),
      { numRuns: 1000 },
    )
  })
})

describe('whatever the day and the zone', () => {
  const aZone = fc.constantFrom('UTC', 'America/New_York', 'Europe/Berlin', 'Australia/Lord_Howe', 'Pacific/Apia', 'America/Sao_Paulo')

  test('the seconds of a day add up to its length', () => {
    fc.assert(
      fc.property(aScenario, aZone, fc.integer({ min: 0, max: 9 }), (scenario, zone, later) => {
        const day = addDays(localDay(START, zone), later)
        const spans = timeline(versionsOf(scenario), learn(scenario), START, END)
        const sum = rollUpDay({ spans, blind: [], arrivals: [], expected: [], missed: [], readyAt: null }, boundsOfDay(day, zone), END)
        const seconds =
          sum.freshSeconds + sum.lateSeconds + sum.staleSeconds + sum.unknownSeconds + sum.maintenanceSeconds + sum.noneSeconds
        const until = Math.min(END, endOfDay(day, zone))
        expect(seconds).toBe(Math.floor(Math.max(0, until - startOfDay(day, zone)) / SECOND_MS))
        if (until === endOfDay(day, zone)) expect([23, 23.5, 24, 24.5, 25]).toContain(seconds / 3600)
      }),
      runs,
    )
  })
})

describe('whatever a feed is made of', () => {
  test('its spans never overlap or leave gaps, and each says the worst of its members', () => {
    fc.assert(
      fc.property(fc.array(aScenario, { maxLength: 4 }), anInstant, (stories, from) => {
        const members = stories.map((scenario) => ({
          from: scenario.createdAt,
          to: null,
          spans: timeline(versionsOf(scenario), learn(scenario), START, END),
        }))
        const spans = rollUp(members, from, END)
        expectGapless(spans, from, END)
        for (const span of spans) {
          const found = members.map((m) => m.spans.find((s) => s.from <= span.from && span.from < s.to)?.status ?? null)
          expect(span.status).toBe(worstOf(found))
        }
      }),
      runs,
    )
  })
})
