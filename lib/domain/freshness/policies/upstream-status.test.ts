import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { evaluate } from '#lib/domain/freshness/evaluate.ts'
import type { AssetFacts, Upstream } from '#lib/domain/freshness/facts.ts'
import { prepareFacts } from '#lib/domain/freshness/prepare-facts.ts'
import type { Span } from '#lib/domain/freshness/span.ts'
import { STATUSES, type Status, worstOf } from '#lib/domain/freshness/status.ts'
import { timeline } from '#lib/domain/freshness/timeline.ts'
import { DAY_MS, HOUR_MS, type Instant, MINUTE_MS } from '#lib/domain/time/instant.ts'
import { always, anAge, arrival, at, facts, inShort, settings, statusAt } from '#lib/testing/history/domain-builders.ts'
import { NEVER } from './policy-kind.ts'
import { worseOf } from './upstream-status.ts'

const T0 = at('2026-03-05T00:00')
const tile = settings([{ kind: 'upstream' }])

/** Statuses of something from T0 on, each for so many hours, the last one for good. */
function inTurn(...turns: [status: Status | null, hours: number][]): Span[] {
  let from = T0
  return turns.map(([status, hours], index) => {
    const to = index === turns.length - 1 ? NEVER : from + hours * HOUR_MS
    const span: Span = { from, to, status, reason: status === null ? null : status === 'fresh' ? 'due' : 'overdue' }
    from = to
    return span
  })
}

function made(assetId: number, name: string | null, spans: Span[], own: Partial<Upstream> = {}): Upstream {
  return { assetId, name, from: 0, to: null, spans, ...own }
}

const hours = (n: number): Instant => T0 + n * HOUR_MS
const known = (upstream: Upstream[], own: Partial<AssetFacts> = {}) => facts({ createdAt: T0, upstream, ...own })
const spansOf = (own: AssetFacts, of = tile) =>
  inShort(timeline(always(of), own, T0, hours(24))).map((text) => text.slice(11, 16) + text.slice(24))
const explained = (own: AssetFacts, n: number, of = tile) => evaluate(of, prepareFacts(own), hours(n))

describe('what is as fresh as what it is made from', () => {
  test('has the worst status of that, and says what holds it back', () => {
    const orders = made(1, 'Orders', inTurn(['fresh', 6], ['late', 6], ['fresh', 1]))
    const people = made(2, 'People', inTurn(['fresh', 8], ['stale', 2], ['fresh', 1]))
    const own = known([orders, people])
    expect(spansOf(own)).toEqual([
      '00:00 fresh/on-time',
      '06:00 late/blocked',
      '08:00 stale/blocked',
      '10:00 late/blocked',
      '12:00 fresh/on-time',
      '00:00',
    ])
    expect(explained(own, 7)).toMatchObject({
      blockedBy: [1],
      explanation: 'Late: Orders is late.',
      nextChangeAt: null,
      dueAt: null,
      weakBy: null,
    })
    expect(explained(own, 9)).toMatchObject({ blockedBy: [2], explanation: 'Stale: People is stale.' })
    expect(explained(own, 13)).toMatchObject({ blockedBy: [], explanation: 'Fresh: what it is made from is fresh.' })
  })

  test('names the one that has been so longest first, and none that not everybody may see', () => {
    const late = (hour: number) => inTurn(['fresh', hour], ['late', 1])
    const three = [made(1, 'A', late(3)), made(2, 'B', late(2)), made(3, null, late(1))]
    expect(explained(known(three), 4)).toMatchObject({ blockedBy: [3, 2, 1], explanation: 'Late: B, A and something else are late.' })
    expect(explained(known(three.slice(0, 2)), 4).explanation).toBe('Late: B and A are late.')
    expect(explained(known(three.slice(2)), 4).explanation).toBe('Late: something it is made from is late.')
  })

  test('is unknown where nothing is known of it, and where nothing of it has a status', () => {
    expect(spansOf(known([]))).toEqual(['00:00 unknown/no-time', '00:00'])
    expect(spansOf(known([made(1, 'Watched', inTurn([null, 1]))]))).toEqual(['00:00 unknown/no-time', '00:00'])
    expect(explained(known([]), 1).explanation).toBe('Unknown: nothing is known of what it is made from.')
    expect(statusAt(tile, facts({ createdAt: T0 }), hours(1))).toBe('unknown/no-time')
    const unseen = known([made(1, 'Orders', inTurn(['unknown', 1])), made(2, 'Watched', inTurn([null, 1]))])
    expect(explained(unseen, 1)).toMatchObject({ status: 'unknown', reason: 'blocked', explanation: 'Unknown: Orders is unknown.' })
  })

  test('follows the lineage of each time', () => {
    const late = made(1, 'Orders', inTurn(['late', 1]), { from: hours(4), to: hours(9) })
    const fine = made(2, 'People', inTurn(['fresh', 1]), { from: hours(2) })
    expect(spansOf(known([late, fine]))).toEqual([
      '00:00 unknown/no-time',
      '02:00 fresh/on-time',
      '04:00 late/blocked',
      '09:00 fresh/on-time',
      '00:00',
    ])
    expect(explained(known([late, fine]), 3)).toMatchObject({ status: 'fresh', nextChangeAt: null })
  })

  test('knows nothing of what turned only later', () => {
    const own = known([made(1, 'Orders', inTurn(['fresh', 6], ['stale', 1]))])
    expect(explained(own, 5)).toMatchObject({ status: 'fresh', nextChangeAt: null, blockedBy: [] })
  })

  test('tells nothing while it is made from itself, and again once it is not', () => {
    const circle = made(7, 'Tile', [], { from: hours(2), to: hours(5), isCircular: true })
    const own = known([made(1, 'Orders', inTurn(['fresh', 1])), circle])
    expect(spansOf(own)).toEqual(['00:00 fresh/on-time', '02:00 unknown/blocked', '05:00 fresh/on-time', '00:00'])
    expect(explained(own, 3).explanation).toBe('Unknown: it is made from itself, by way of Tile.')
  })

  test('does not go blind, since nobody looks at it for its status', () => {
    const looked = settings([{ kind: 'upstream' }], { blindAfterMs: 5 * MINUTE_MS })
    const own = known([made(1, 'Orders', inTurn(['fresh', 6], ['late', 1]))], {
      probedAt: T0,
      blind: [{ from: T0, to: null, reason: 'source-unreachable' }],
      lasting: [{ from: hours(1), to: hours(2), reason: 'refused', seenAt: hours(2) }],
    })
    expect(spansOf(own, looked)).toEqual(['00:00 fresh/on-time', '06:00 late/blocked', '00:00'])
  })

  test('is unknown while its system says that there is no such thing', () => {
    const own = known([made(1, 'Orders', inTurn(['fresh', 6], ['late', 1]))], {
      lasting: [{ from: hours(4), to: hours(8), reason: 'gone', seenAt: hours(4) }],
    })
    expect(spansOf(own)).toEqual(['00:00 fresh/on-time', '04:00 unknown/gone', '06:00 late/gone', '08:00 late/blocked', '00:00'])
  })

  test('shows work instead of what breaks during it, and work on what it is made from as its own', () => {
    const orders = inTurn(['fresh', 6], ['late', 6], ['fresh', 1])
    const window = (from: number, to: number) => ({ windows: [{ from: hours(from), to: hours(to), kind: 'maintenance' as const }] })
    expect(spansOf(known([made(1, 'Orders', orders)], window(5, 10)))).toEqual([
      '00:00 fresh/on-time',
      '06:00 maintenance/maintenance',
      '10:00 late/blocked',
      '12:00 fresh/on-time',
      '00:00',
    ])
    expect(spansOf(known([made(1, 'Orders', orders)], window(7, 10)))).toEqual([
      '00:00 fresh/on-time',
      '06:00 late/blocked',
      '12:00 fresh/on-time',
      '00:00',
    ])
    const paused: Span[] = [{ from: T0, to: NEVER, status: 'maintenance', reason: 'paused' }]
    expect(spansOf(known([made(1, 'Orders', paused)]))).toEqual(['00:00 maintenance/paused', '00:00'])
  })
})

describe('a clock of its own beside it', () => {
  const both = settings([{ kind: 'upstream' }, anAge({ lateAfterMs: 3 * HOUR_MS, staleAfterMs: DAY_MS, clock: 'writtenAt' })], {
    blindAfterMs: 8 * HOUR_MS,
  })
  const written = { arrivals: [arrival('writtenAt', '2026-03-05T00:00', { recordedAt: T0 })], probedAt: T0 }

  test('counts, too: the worse of both stands', () => {
    const own = known([made(1, 'Orders', inTurn(['late', 1], ['fresh', 5], ['stale', 1], ['fresh', 1]))], written)
    expect(spansOf(own, both)).toEqual([
      '00:00 late/blocked',
      '01:00 fresh/on-time',
      '03:00 late/overdue',
      '06:00 stale/blocked',
      '07:00 late/overdue',
      '00:00',
    ])
    expect(explained(own, 4, both)).toMatchObject({
      explanation: 'Late: nothing has arrived since it was due (promised: never older than 3 h).',
    })
    expect(explained(own, 6, both)).toMatchObject({ explanation: 'Stale: Orders is stale.', blockedBy: [1] })
  })

  test('makes it blind, since that has to be looked at', () => {
    const seen = settings([{ kind: 'upstream' }, anAge({ lateAfterMs: DAY_MS, staleAfterMs: 2 * DAY_MS, clock: 'writtenAt' })], {
      blindAfterMs: 2 * HOUR_MS,
    })
    const own = known([made(1, 'Orders', inTurn(['fresh', 6], ['late', 1]))], written)
    expect(spansOf(own, seen)).toEqual(['00:00 fresh/on-time', '02:00 unknown/probe-failed', '06:00 late/blocked', '00:00'])
  })

  test('and the forecast of it: it turns by itself at its own limit', () => {
    const own = known([made(1, 'Orders', inTurn(['fresh', 1]))], written)
    expect(explained(own, 1, both)).toMatchObject({ status: 'fresh', nextChangeAt: hours(3) + 1 })
  })
})

const aStatus = fc.constantFrom<(Status | null)[]>(...STATUSES, null)
const someSpans = fc
  .array(fc.tuple(aStatus, fc.integer({ min: 1, max: 9 })), { minLength: 1, maxLength: 6 })
  .map((turns) => inTurn(...turns))
const anUpstream = fc
  .tuple(
    fc.integer({ min: 1, max: 4 }),
    someSpans,
    fc.integer({ min: -2, max: 20 }),
    fc.option(fc.integer({ min: 1, max: 9 })),
    fc.boolean(),
  )
  .map(([id, spans, from, lasts, isCircular]) => {
    return made(id, `n${id}`, spans, {
      from: hours(from),
      to: lasts === null ? null : hours(from + lasts),
      isCircular: isCircular && lasts === 1,
    })
  })

describe('whatever it is made from', () => {
  const someHour = fc.integer({ min: 0, max: 23 })

  test('at every instant it is what the worst of it then is', () => {
    fc.assert(
      fc.property(fc.array(anUpstream, { maxLength: 5 }), (upstream) => {
        const spans = timeline(always(tile), known(upstream), T0, hours(24))
        for (let hour = 0; hour < 24; hour += 0.5) {
          const now = hours(hour)
          const there = upstream.filter(({ from, to }) => from <= now && now < (to ?? NEVER))
          const each = there.map(({ isCircular, spans: own }) =>
            isCircular ? 'unknown' : (own.find((s) => s.from <= now && now < s.to)?.status ?? null),
          )
          expect(spans.find((span) => span.from <= now && now < span.to)?.status).toBe(worstOf(each) ?? 'unknown')
        }
      }),
    )
  })

  test('an evaluation says what the timeline says, work and an own clock included, and names who is to blame', () => {
    fc.assert(
      fc.property(fc.array(anUpstream, { maxLength: 4 }), someHour, fc.boolean(), someHour, (upstream, hour, hasClock, work) => {
        const own = known(upstream, { windows: [{ from: hours(work), to: hours(work + 3), kind: 'maintenance' }], probedAt: T0 })
        const of = hasClock ? settings([{ kind: 'upstream' }, anAge({ clock: 'writtenAt' })], { blindAfterMs: 5 * HOUR_MS }) : tile
        const span = timeline(always(of), own, T0, hours(30)).find(({ from, to }) => from <= hours(hour) && hours(hour) < to)
        const verdict = explained(own, hour, of)
        expect([verdict.status, verdict.reason]).toEqual([span?.status, span?.reason])
        expect(verdict.blockedBy.length > 0).toBe(verdict.reason === 'blocked')
      }),
    )
  })
})

test('of two timelines the worse stands, of equals the first', () => {
  const first = inTurn(['fresh', 2], ['late', 2], [null, 1])
  const second = inTurn([null, 1], ['late', 2], ['stale', 1]).map((span) => ({
    ...span,
    reason: span.status === null ? null : ('blocked' as const),
  }))
  const cut = [...worseOf(first, second)].map(({ from, status, reason }) => `${(from - T0) / HOUR_MS} ${status}/${reason}`)
  expect(cut).toEqual(['0 fresh/due', '1 late/blocked', '2 late/overdue', '3 stale/blocked', '4 stale/blocked'])
})
