import { describe, expect, test } from 'vitest'
import { MINUTE_MS } from '#lib/domain/time/instant.ts'
import { aDeadline, anAge, arrival, at, calendarDays, facts, iso, loaded, run, settings } from '#lib/testing/history/domain-builders.ts'
import type { AssetSettings } from './asset-settings.ts'
import { evaluate } from './evaluate.ts'
import type { AssetFacts } from './facts.ts'
import { prepareFacts } from './prepare-facts.ts'

const nightly = settings([aDeadline()])
const watched = settings([anAge({ clock: 'writtenAt' })], { blindAfterMs: 15 * MINUTE_MS })
const known = facts({ arrivals: [loaded('2026-03-05T02:10')] })
const next = (own: AssetSettings, what: AssetFacts, now: string) => iso(evaluate(own, prepareFacts(what), at(now)).nextChangeAt)

describe('when it changes next, if nothing arrives', () => {
  test('from deadline to deadline, strictly after now', () => {
    expect(next(nightly, known, '2026-03-05T12:00')).toBe('2026-03-06T02:00:00.000Z')
    expect(next(nightly, known, '2026-03-06T02:00')).toBe('2026-03-06T02:45:00.000Z')
    expect(next(nightly, known, '2026-03-06T02:45')).toBe('2026-03-07T02:00:00.000Z')
    expect(next(nightly, known, '2026-03-07T02:00')).toBeNull()
  })

  test('when we go blind', () => {
    const looked = facts({ arrivals: [arrival('writtenAt', '2026-03-05T06:00')], probedAt: at('2026-03-05T12:00') })
    expect(next(watched, looked, '2026-03-05T12:01')).toBe('2026-03-05T12:15:00.000Z')
    expect(next(watched, looked, '2026-03-05T12:15')).toBeNull()
  })

  test('not when going blind changes nothing', () => {
    const late = facts({ arrivals: [arrival('writtenAt', '2026-03-05T06:00')], probedAt: at('2026-03-07T12:00') })
    expect(next(watched, late, '2026-03-07T12:01')).toBeNull()
  })

  test('when a late run begins to count as hung, and not while all is fresh', () => {
    const hung = (hungAt: string) =>
      run('running', '2026-03-06T02:10', { startedAt: at('2026-03-06T02:00'), endedAt: null, hungAt: at(hungAt) })
    expect(next(nightly, { ...known, runs: [hung('2026-03-06T06:00')] }, '2026-03-06T03:00')).toBe('2026-03-06T06:00:00.000Z')
    expect(next(nightly, { ...known, runs: [hung('2026-03-06T02:30')] }, '2026-03-06T02:10')).toBe('2026-03-06T02:45:00.000Z')
  })

  test('at the edges of maintenance, where they make a difference', () => {
    const windows = [{ from: at('2026-03-06T02:30'), to: at('2026-03-06T04:00'), kind: 'maintenance' as const }]
    expect(next(nightly, { ...known, windows }, '2026-03-06T02:10')).toBe('2026-03-06T02:45:00.000Z')
    expect(next(nightly, { ...known, windows }, '2026-03-06T03:00')).toBe('2026-03-06T04:00:00.000Z')
  })

  test('when only the reason changes', () => {
    const both = settings([calendarDays({ clock: 'dataThroughAt' })])
    const old = {
      ...known,
      arrivals: [...known.arrivals, arrival('dataThroughAt', '2026-03-02T23:00', { recordedAt: at('2026-03-05T02:10') })],
    }
    expect(next(both, old, '2026-03-05T12:00')).toBe('2026-03-06T08:00:00.000Z')
  })

  test('does not see facts that count only later', () => {
    const later = { ...known, arrivals: [...known.arrivals, loaded('2026-03-06T02:10')] }
    expect(next(nightly, later, '2026-03-05T12:00')).toBe('2026-03-06T02:00:00.000Z')
    expect(evaluate(nightly, prepareFacts(later), at('2026-03-05T12:00')).lateAt).toBe(at('2026-03-06T02:45'))
  })

  test('never, for what nobody promised or ever saw', () => {
    expect(next(settings([{ kind: 'none' }]), known, '2026-03-05T12:00')).toBeNull()
    expect(next(watched, facts(), '2026-03-05T12:00')).toBeNull()
  })
})

describe('instants', () => {
  test('are missing where nothing is known', () => {
    expect(evaluate(watched, prepareFacts(facts()), at('2026-03-05T12:00'))).toMatchObject({ dueAt: null, lateAt: null, staleAt: null })
  })

  test('of the first delivery are known before it', () => {
    const verdict = evaluate(nightly, prepareFacts(facts({ createdAt: at('2026-03-05T12:00') })), at('2026-03-05T12:00'))
    expect([verdict.status, iso(verdict.dueAt), iso(verdict.lateAt)]).toEqual([
      'unknown',
      '2026-03-06T02:00:00.000Z',
      '2026-03-06T02:45:00.000Z',
    ])
  })

  test('are still told while blind', () => {
    const looked = facts({ arrivals: [arrival('writtenAt', '2026-03-05T06:00')], probedAt: at('2026-03-05T12:00') })
    expect(iso(evaluate(watched, prepareFacts(looked), at('2026-03-05T18:00')).lateAt)).toBe('2026-03-06T06:00:00.001Z')
  })
})

describe('the explanation', () => {
  const explanation = (own: AssetSettings, what: AssetFacts, now: string) => evaluate(own, prepareFacts(what), at(now)).explanation

  test('is one sentence, and names the promise that broke', () => {
    expect(explanation(nightly, known, '2026-03-05T12:00')).toBe('Fresh: arrived as promised.')
    expect(explanation(nightly, known, '2026-03-06T03:00')).toBe(
      'Late: nothing has arrived since it was due (promised: every day at 02:00 (UTC), 45 min of grace, counting what comes from 00:00 on).',
    )
  })

  test('names the worse of two broken promises', () => {
    const both = settings([aDeadline(), anAge()])
    expect(explanation(both, known, '2026-03-07T12:00')).toContain(
      'Stale: nothing has arrived since it was due (promised: every day at 02:00',
    )
  })

  test('says when there is no promise', () => {
    expect(explanation(settings([{ kind: 'none' }]), known, '2026-03-05T12:00')).toBe('Watched, nothing promised.')
  })
})

test('ten thousand answers a second are the least', () => {
  const prepared = prepareFacts({
    ...known,
    arrivals: Array.from({ length: 90 }, (_, day) => loaded('', { at: day * 86_400_000, recordedAt: day * 86_400_000 })),
  })
  const own = settings([aDeadline({ zone: 'America/New_York' }), calendarDays({ zone: 'America/New_York', clock: 'dataThroughAt' })])
  const started = performance.now()
  for (let n = 0; n < 20_000; n += 1) evaluate(own, prepared, (n % 90) * 86_400_000 + n)
  expect(performance.now() - started).toBeLessThan(5_000)
})

describe('weak evidence', () => {
  const weakly = facts({ arrivals: [arrival('writtenAt', '2026-03-05T06:00', { weakBy: 'counters' })], probedAt: at('2026-03-05T12:00') })
  const verdict = (what: AssetFacts, now: string) => evaluate(watched, prepareFacts(what), at(now))

  test('says so beside the status that rests on it, be it good or bad', () => {
    expect(verdict(weakly, '2026-03-05T12:01')).toMatchObject({
      weakBy: 'counters',
      explanation: 'Fresh: arrived as promised (by counters, weak).',
    })
    expect(verdict({ ...weakly, probedAt: at('2026-03-06T12:00') }, '2026-03-06T12:01')).toMatchObject({
      status: 'late',
      weakBy: 'counters',
    })
  })

  test('is forgotten with the next strong word, and says nothing of what nobody can see', () => {
    const since = { ...weakly, arrivals: [...weakly.arrivals, arrival('writtenAt', '2026-03-05T07:00')] }
    expect(verdict(since, '2026-03-05T12:01').weakBy).toBeNull()
    expect(verdict(weakly, '2026-03-05T13:00')).toMatchObject({ status: 'unknown', weakBy: null })
  })
})
