import { describe, expect, it } from 'vitest'
import { HOUR_MS } from '#lib/domain/time/instant.ts'
import { NEVER } from './policies/policy-kind.ts'
import { prepareFacts } from './prepare-facts.ts'
import { areLooksBlind, blindFrom, blindStretches, lastTold, type Seen, stretchesOutOfSight } from './sight.ts'

const PATIENT = { blindAfterMs: HOUR_MS }
const seen = (probedAt: number | null, answeredSince: Seen['answeredSince'] = null): Seen => ({ probedAt, answeredSince })
const NOTHING = { createdAt: 0, arrivals: [], runs: [], probedAt: null, blind: [], lasting: [], windows: [] }

describe('when nobody looks any more', () => {
  it('begins once the last good look is older than the patience of the settings', () => {
    expect(blindStretches(PATIENT, seen(100))).toEqual([{ from: 100 + HOUR_MS, to: NEVER }])
    expect(blindFrom(PATIENT, seen(100))).toBe(100 + HOUR_MS)
  })

  it('never begins for what our own runs tell, nor for what was never looked at', () => {
    expect(blindStretches({ blindAfterMs: null }, seen(100))).toEqual([])
    expect(blindFrom(PATIENT, seen(null))).toBe(NEVER)
  })

  it('ends with an answer that lasts, and begins again an hour after the latest of those', () => {
    const answered = { from: 3 * HOUR_MS, seenAt: 5 * HOUR_MS }
    expect(blindStretches(PATIENT, seen(0, answered))).toEqual([
      { from: HOUR_MS, to: 3 * HOUR_MS },
      { from: 6 * HOUR_MS, to: NEVER },
    ])
  })

  it('does not begin before that answer where it came in time', () => {
    const answered = { from: HOUR_MS / 2, seenAt: HOUR_MS / 2 }
    expect(blindStretches(PATIENT, seen(0, answered))).toEqual([{ from: HOUR_MS * 1.5, to: NEVER }])
  })

  it('is nothing that can be said of its first instant: that is still known', () => {
    expect([HOUR_MS - 1, HOUR_MS, HOUR_MS + 1].map((at) => areLooksBlind(PATIENT, seen(0), at))).toEqual([false, false, true])
  })
})

describe('what is told while nobody looks', () => {
  it('counts up to when it was last told, and from the beginning where nothing was', () => {
    const facts = { ...prepareFacts(NOTHING), toldAt: [5, 20, 40] }
    const blind = { from: 10, to: NEVER }
    expect([15, 20, 39, 90].map((at) => lastTold(facts, blind, at))).toEqual([10, 20, 20, 40])
  })

  it('counts for nothing where nobody listens, from the first time that this was certain', () => {
    const down = { from: 5, to: null, reason: 'source-unreachable' as const, sureFrom: 30 }
    const facts = { ...prepareFacts({ ...NOTHING, probedAt: 0, blind: [down] }), toldAt: [40] }
    const stretches = stretchesOutOfSight(PATIENT, facts)
    expect(stretches).toEqual([{ from: 30, to: NEVER, heardUntil: 30 }])
    expect(stretches.map((stretch) => lastTold(facts, stretch, 90))).toEqual([30])
    const again = prepareFacts({ ...NOTHING, probedAt: 0, blind: [{ ...down, to: 60 }] })
    expect(stretchesOutOfSight(PATIENT, again)).toEqual([{ from: HOUR_MS, to: NEVER }])
  })

  it.each([
    ['nothing was told meanwhile', [], HOUR_MS],
    ['something was', [2 * HOUR_MS], 2 * HOUR_MS],
    ['something was, before and after', [HOUR_MS / 2, 2 * HOUR_MS, 4 * HOUR_MS], 2 * HOUR_MS],
  ])('leaves known what was, where it becomes certain only while nobody looks: %s', (_, toldAt, heardUntil) => {
    const down = { from: 5, to: null, reason: 'source-unreachable' as const, sureFrom: 3 * HOUR_MS }
    const facts = { ...prepareFacts({ ...NOTHING, probedAt: 0, blind: [down] }), toldAt }
    expect(stretchesOutOfSight(PATIENT, facts)).toEqual([
      { from: HOUR_MS, to: 3 * HOUR_MS },
      { from: 3 * HOUR_MS, to: NEVER, heardUntil },
    ])
  })

  it('is heard of no more while nobody could receive it, in order with the other stretches', () => {
    const deaf = [{ from: 10, to: 20 }]
    const facts = { ...prepareFacts({ ...NOTHING, probedAt: 0 }), deaf }
    expect(stretchesOutOfSight(PATIENT, facts)).toEqual([...deaf, { from: HOUR_MS, to: NEVER }])
    expect(stretchesOutOfSight({ blindAfterMs: null }, facts)).toEqual(deaf)
  })
})
