import { describe, expect, test } from 'vitest'
import { DAY_MS, MINUTE_MS } from '#lib/domain/time/instant.ts'
import { aDeadline, always, anAge, arrival, at, facts, inShort, settings, statusAt } from '#lib/testing/history/domain-builders.ts'
import { evaluate } from './evaluate.ts'
import type { AssetFacts, LastingAnswer, LastingReason } from './facts.ts'
import { prepareFacts } from './prepare-facts.ts'
import { timeline } from './timeline.ts'

const write = arrival('writtenAt', '2026-03-05T06:00')
const byAge = settings([anAge({ clock: 'writtenAt' })], { blindAfterMs: 15 * MINUTE_MS })
const answer = (reason: LastingReason, from: string, seenAt: string, to: string | null = null): LastingAnswer => ({
  from: at(from),
  to: to === null ? null : at(to),
  reason,
  seenAt: at(seenAt),
})
const looked = (probedAt: string, lasting: LastingAnswer[], own: Partial<AssetFacts> = {}) =>
  facts({ arrivals: [write], probedAt: at(probedAt), lasting, ...own })
const spans = (known: AssetFacts, from: string, to: string, own = byAge) => inShort(timeline(always(own), known, at(from), at(to)))

describe('what is gone', () => {
  const gone = looked('2026-03-05T12:00', [answer('gone', '2026-03-05T12:05', '2026-03-07T12:00')])

  test('is unknown from the first look that said so, not from when we go blind', () => {
    expect(spans(gone, '2026-03-05T12:00', '2026-03-05T13:00')).toEqual([
      '2026-03-05T12:00:00.000Z fresh/on-time',
      '2026-03-05T12:05:00.000Z unknown/gone',
      '2026-03-05T13:00:00.000Z',
    ])
  })

  test('turns late and stale at its limits, because nothing can arrive', () => {
    expect(spans(gone, '2026-03-05T13:00', '2026-03-08T13:00')).toEqual([
      '2026-03-05T13:00:00.000Z unknown/gone',
      '2026-03-06T06:00:00.001Z late/gone',
      '2026-03-08T13:00:00.000Z',
    ])
    const seenLater = looked('2026-03-05T12:00', [answer('gone', '2026-03-05T12:05', '2026-03-09T12:00')])
    expect(statusAt(byAge, seenLater, '2026-03-08T06:00:00.001')).toBe('stale/gone')
    expect(evaluate(byAge, prepareFacts(gone), at('2026-03-05T13:00')).nextChangeAt).toBe(at('2026-03-06T06:00:00.001'))
  })

  test('keeps the colour it had, under its reason', () => {
    const late = looked('2026-03-06T12:00', [answer('gone', '2026-03-06T12:05', '2026-03-06T12:06')])
    expect(statusAt(byAge, late, '2026-03-06T12:04')).toBe('late/overdue')
    expect(statusAt(byAge, late, '2026-03-06T12:05')).toBe('late/gone')
  })

  test('misses no deadline that passes while nobody looks: it may be back', () => {
    const unseen = looked('2026-03-05T12:00', [answer('gone', '2026-03-05T12:05', '2026-03-05T12:06')])
    expect(statusAt(byAge, unseen, '2026-03-06T12:00')).toBe('unknown/gone')
    expect(statusAt(byAge, gone, '2026-03-06T12:00')).toBe('late/gone')
  })

  test('stays in the past after it is back, and ends with the first good look', () => {
    const back = looked('2026-03-06T12:00', [answer('gone', '2026-03-05T12:05', '2026-03-06T11:55', '2026-03-06T12:00')])
    expect(spans(back, '2026-03-05T12:00', '2026-03-06T12:10')).toEqual([
      '2026-03-05T12:00:00.000Z fresh/on-time',
      '2026-03-05T12:05:00.000Z unknown/gone',
      '2026-03-06T06:00:00.001Z late/gone',
      '2026-03-06T12:00:00.000Z late/overdue',
      '2026-03-06T12:10:00.000Z',
    ])
  })

  test('was blindness before, if nobody had known for a while', () => {
    const after = looked('2026-03-05T12:00', [answer('gone', '2026-03-05T13:00', '2026-03-05T13:01')])
    expect(spans(after, '2026-03-05T12:00', '2026-03-05T13:10')).toEqual([
      '2026-03-05T12:00:00.000Z fresh/on-time',
      '2026-03-05T12:15:00.000Z unknown/probe-failed',
      '2026-03-05T13:00:00.000Z unknown/gone',
      '2026-03-05T13:10:00.000Z',
    ])
  })

  test('stays gone while its system cannot be reached', () => {
    const dead = { from: at('2026-03-05T12:06'), to: null, reason: 'source-unreachable' as const }
    const known = looked('2026-03-05T12:00', [answer('gone', '2026-03-05T12:05', '2026-03-05T12:06')], { blind: [dead] })
    expect(statusAt(byAge, known, '2026-03-05T20:00')).toBe('unknown/gone')
  })

  test('and was never seen at all says so', () => {
    const never = facts({ lasting: [answer('gone', '2026-03-05T12:05', '2026-03-05T12:06')] })
    expect(statusAt(byAge, never, '2026-03-05T12:04')).toBe('unknown/never-observed')
    expect(statusAt(byAge, never, '2026-03-05T14:00')).toBe('unknown/gone')
  })

  test('has no colour where nothing is promised', () => {
    expect(statusAt(settings([{ kind: 'none' }]), gone, '2026-03-06T12:00')).toBe('null/null')
  })

  test('is so for what our own runs load, too: the ledger is not blind, but wrong', () => {
    const ledger = settings([aDeadline()])
    const known = facts({
      arrivals: [arrival('loadedAt', '2026-03-05T02:10', { rows: 5 })],
      lasting: [answer('gone', '2026-03-05T12:05', '2026-03-05T12:06')],
    })
    expect(statusAt(ledger, known, '2026-03-05T12:10')).toBe('unknown/gone')
    expect(statusAt(ledger, known, '2026-03-06T03:00')).toBe('late/gone')
  })

  test('is hidden by work that began before', () => {
    const work = { from: at('2026-03-05T12:00'), to: at('2026-03-05T14:00'), kind: 'maintenance' as const }
    expect(statusAt(byAge, { ...gone, windows: [work] }, '2026-03-05T13:00')).toBe('maintenance/maintenance')
    const later = { ...work, from: at('2026-03-05T12:30') }
    expect(statusAt(byAge, { ...gone, windows: [later] }, '2026-03-05T13:00')).toBe('unknown/gone')
  })
})

describe('what we may not read', () => {
  const refused = (probedAt: string, from: string) => looked(probedAt, [answer('refused', from, '2026-03-09T12:00')])

  test('is unknown, and stays so at its limits', () => {
    expect(spans(refused('2026-03-05T12:00', '2026-03-05T12:05'), '2026-03-05T12:00', '2026-03-09T13:00')).toEqual([
      '2026-03-05T12:00:00.000Z fresh/on-time',
      '2026-03-05T12:05:00.000Z unknown/refused',
      '2026-03-09T13:00:00.000Z',
    ])
    const { nextChangeAt } = evaluate(byAge, prepareFacts(refused('2026-03-05T12:00', '2026-03-05T12:05')), at('2026-03-05T13:00'))
    expect(nextChangeAt).toBeNull()
  })

  test('keeps the colour it had, under its reason, and turns no worse', () => {
    const late = refused('2026-03-06T12:00', '2026-03-06T12:05')
    expect(statusAt(byAge, late, '2026-03-06T12:05')).toBe('late/refused')
    expect(statusAt(byAge, late, '2026-03-09T12:00')).toBe('late/refused')
    expect(spans(late, '2026-03-08T12:00', '2026-03-08T13:00')).toEqual([
      '2026-03-08T12:00:00.000Z late/refused',
      '2026-03-08T13:00:00.000Z',
    ])
  })

  test('loses that colour when somebody else proves an arrival', () => {
    const load = arrival('writtenAt', '2026-03-06T14:00')
    const late = refused('2026-03-06T12:00', '2026-03-06T12:05')
    expect(statusAt(byAge, { ...late, arrivals: [write, load] }, '2026-03-06T15:00')).toBe('unknown/refused')
    expect(statusAt(byAge, { ...late, arrivals: [write, load] }, '2026-03-08T15:00')).toBe('unknown/refused')
  })

  test('is judged again from the first good look on', () => {
    const back = looked('2026-03-06T12:00', [answer('refused', '2026-03-05T12:05', '2026-03-06T11:55', '2026-03-06T12:00')])
    expect(spans(back, '2026-03-05T12:00', '2026-03-06T12:10')).toEqual([
      '2026-03-05T12:00:00.000Z fresh/on-time',
      '2026-03-05T12:05:00.000Z unknown/refused',
      '2026-03-06T12:00:00.000Z late/overdue',
      '2026-03-06T12:10:00.000Z',
    ])
  })

  test('says nothing against what our own runs load', () => {
    const known = facts({
      arrivals: [arrival('loadedAt', '2026-03-05T02:10', { rows: 5 })],
      lasting: [answer('refused', '2026-03-05T12:05', '2026-03-05T12:06')],
    })
    expect(statusAt(settings([aDeadline()]), known, '2026-03-05T12:10')).toBe('fresh/on-time')
  })

  test('after being gone is judged by what it was when it was made anew', () => {
    const both = looked('2026-03-05T12:00', [
      answer('gone', '2026-03-05T12:05', '2026-03-06T12:00', '2026-03-06T12:00'),
      answer('refused', '2026-03-06T12:00', '2026-03-06T12:01'),
    ])
    expect(spans(both, '2026-03-06T05:00', '2026-03-10T00:00')).toEqual([
      '2026-03-06T05:00:00.000Z unknown/gone',
      '2026-03-06T06:00:00.001Z late/gone',
      '2026-03-06T12:00:00.000Z late/refused',
      '2026-03-10T00:00:00.000Z',
    ])
  })
})

test('an instant before an answer is judged without it', () => {
  const gone = looked('2026-03-05T12:00', [answer('gone', '2026-03-05T12:05', '2026-03-05T12:06')])
  const own = settings([anAge({ clock: 'writtenAt' })], { blindAfterMs: 2 * DAY_MS })
  const before = evaluate(own, prepareFacts(gone), at('2026-03-05T12:01'))
  expect([before.status, before.nextChangeAt]).toEqual(['fresh', at('2026-03-05T06:00') + DAY_MS + 1])
})
