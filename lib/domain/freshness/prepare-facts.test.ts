import { describe, expect, test } from 'vitest'
import { arrival, at, facts, iso, loaded, run } from '#lib/testing/history/domain-builders.ts'
import { NEVER } from './policies/policy-kind.ts'
import { prepareFacts } from './prepare-facts.ts'

describe('runs', () => {
  test('are looked up by their end, without those that never ran', () => {
    const runs = [run('failed', '2026-03-06T02:10'), run('missed', '2026-03-05T12:00'), run('completed', '2026-03-05T02:10')]
    expect(prepareFacts(facts({ runs })).endedRuns.map((r) => r.state)).toEqual(['completed', 'failed'])
  })

  test('hang from their limit until they end, or until further notice', () => {
    const long = run('completed', '2026-03-05T08:00', { startedAt: at('2026-03-05T02:00'), hungAt: at('2026-03-05T06:00') })
    const going = run('running', '2026-03-06T02:10', { endedAt: null, hungAt: at('2026-03-06T06:00') })
    const { hangs } = prepareFacts(facts({ runs: [long, going, run('completed', '2026-03-04T02:10')] }))
    expect(hangs.map((hang) => [iso(hang.from), hang.to === NEVER ? 'open' : iso(hang.to)])).toEqual([
      ['2026-03-05T06:00:00.000Z', '2026-03-05T08:00:00.000Z'],
      ['2026-03-06T06:00:00.000Z', 'open'],
    ])
  })

  test('a crashed run that nobody has taken up again does not hang', () => {
    expect(prepareFacts(facts({ runs: [run('crashed', '2026-03-05T02:10', { endedAt: null })] })).hangs).toEqual([])
  })
})

test('the instants from which facts count come in order, each once', () => {
  const runs = [run('completed', '2026-03-05T02:10'), run('failed', '2026-03-06T02:10')]
  const { changes } = prepareFacts(facts({ runs, arrivals: [loaded('2026-03-07T02:10'), loaded('2026-03-05T02:10')] }))
  expect(changes.map(iso)).toEqual(['2026-03-05T02:10:00.000Z', '2026-03-06T02:10:00.000Z', '2026-03-07T02:10:00.000Z'])
})

test('only a gap that is still open and says so makes a source unreachable', () => {
  const gap = (from: string, to: string | null, reason: 'probe-failed' | 'source-unreachable') => ({
    from: at(from),
    to: to === null ? null : at(to),
    reason,
  })
  const blind = [
    gap('2026-03-01T00:00', '2026-03-02T00:00', 'source-unreachable'),
    gap('2026-03-05T00:00', null, 'probe-failed'),
    gap('2026-03-06T00:00', null, 'source-unreachable'),
  ]
  expect(iso(prepareFacts(facts({ blind })).unreachableFrom)).toBe('2026-03-06T00:00:00.000Z')
  expect(prepareFacts(facts()).unreachableFrom).toBe(NEVER)
})

test('a clock that knows dates alone has a history per zone, others have one', () => {
  const prepared = prepareFacts(
    facts({ arrivals: [loaded('2026-03-05T02:10'), arrival('dataThroughAt', '2026-03-05T02:10', { precision: 'day' })] }),
  )
  expect(prepared.histories('loadedAt', 'UTC')).toBe(prepared.histories('loadedAt', 'Europe/Berlin'))
  expect(prepared.histories('dataThroughAt', 'UTC')).not.toBe(prepared.histories('dataThroughAt', 'Europe/Berlin'))
})
