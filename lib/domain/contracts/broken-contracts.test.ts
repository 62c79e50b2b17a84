import { describe, expect, test } from 'vitest'
import { evaluate } from '#lib/domain/freshness/evaluate.ts'
import type { AssetFacts, ContractBreak } from '#lib/domain/freshness/facts.ts'
import { prepareFacts } from '#lib/domain/freshness/prepare-facts.ts'
import { timeline } from '#lib/domain/freshness/timeline.ts'
import { always, anAge, at, facts, inShort, loaded, settings, statusAt } from '#lib/testing/history/domain-builders.ts'

const own = settings([anAge()])
const WORDS = 'the field "email" is gone, perhaps renamed: "mail" came'
const broken = (from: string, to: string | null, status: ContractBreak['status'] = 'stale'): ContractBreak => {
  return { from: at(from), to: to === null ? null : at(to), status, words: WORDS }
}
const spansOf = (known: AssetFacts, to = '2026-03-06T00:00') => inShort(timeline(always(own), known, at('2026-03-01T00:00'), at(to)))

describe('a contract that is broken', () => {
  const arrivals = [loaded('2026-03-01T00:00')]

  test('turns the asset from the moment it is seen to the moment it is mended', () => {
    expect(spansOf(facts({ arrivals, breaks: [broken('2026-03-01T06:00', '2026-03-01T09:00')] }), '2026-03-01T12:00')).toEqual([
      '2026-03-01T00:00:00.000Z fresh/on-time',
      '2026-03-01T06:00:00.000Z stale/contract-broken',
      '2026-03-01T09:00:00.000Z fresh/on-time',
      '2026-03-01T12:00:00.000Z',
    ])
  })

  test('is late for a warning, and gives way to what is worse anyway', () => {
    expect(spansOf(facts({ arrivals, breaks: [broken('2026-03-01T06:00', null, 'late')] }))).toEqual([
      '2026-03-01T00:00:00.000Z fresh/on-time',
      '2026-03-01T06:00:00.000Z late/contract-broken',
      '2026-03-02T00:00:00.001Z late/overdue',
      '2026-03-04T00:00:00.001Z stale/overdue',
      '2026-03-06T00:00:00.000Z',
    ])
  })

  test('is told although nobody can look any more: it was seen', () => {
    const blind = { ...own, blindAfterMs: 3_600_000 }
    const known = facts({ arrivals, probedAt: at('2026-03-01T06:00'), breaks: [broken('2026-03-01T06:00', null)] })
    expect(statusAt(blind, known, '2026-03-01T08:00')).toBe('stale/contract-broken')
    expect(statusAt(blind, { ...known, breaks: [] }, '2026-03-01T08:00')).toBe('unknown/probe-failed')
  })

  test('keeps its colour under the reason that the thing itself is gone', () => {
    const gone = { from: at('2026-03-01T07:00'), to: null, reason: 'gone' as const, seenAt: at('2026-03-01T08:00') }
    const known = facts({ arrivals, lasting: [gone], breaks: [broken('2026-03-01T06:00', null)] })
    expect(statusAt(own, known, '2026-03-01T08:00')).toBe('stale/gone')
  })

  test('is hidden by work that was announced when it broke, not when it was broken before', () => {
    const window = { from: at('2026-03-01T05:00'), to: at('2026-03-01T09:00'), kind: 'maintenance' as const }
    const at8 = (from: string) => statusAt(own, facts({ arrivals, windows: [window], breaks: [broken(from, null)] }), '2026-03-01T08:00')
    expect([at8('2026-03-01T06:00'), at8('2026-03-01T04:00')]).toEqual(['maintenance/maintenance', 'stale/contract-broken'])
  })

  test('says by what, and changes nothing where nothing is promised', () => {
    const known = prepareFacts(facts({ arrivals, breaks: [broken('2026-03-01T06:00', null)] }))
    expect(evaluate(own, known, at('2026-03-01T07:00')).explanation).toBe(`Stale: its contract is broken: ${WORDS}.`)
    expect(evaluate(settings([]), known, at('2026-03-01T07:00')).status).toBeNull()
  })

  test('turns what only follows others, too', () => {
    const follower = settings([{ kind: 'upstream' }])
    expect(statusAt(follower, facts({ breaks: [broken('2026-03-01T06:00', null)] }), '2026-03-01T07:00')).toBe('stale/contract-broken')
  })
})
