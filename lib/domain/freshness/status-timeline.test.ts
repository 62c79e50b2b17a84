import { describe, expect, test } from 'vitest'
import { MINUTE_MS } from '#lib/domain/time/instant.ts'
import {
  aDeadline,
  always,
  anAge,
  around,
  arrival,
  at,
  facts,
  inShort,
  iso,
  loaded,
  run,
  settings,
  statusAt,
} from '#lib/testing/history/domain-builders.ts'
import type { Arrival, AssetFacts, BlindInterval, MaintenanceWindow } from './facts.ts'
import { NEVER } from './policies/policy-kind.ts'
import { prepareFacts } from './prepare-facts.ts'
import { blindFrom } from './sight.ts'
import { timeline } from './timeline.ts'

const write = arrival('writtenAt', '2026-03-05T06:00')
const watched = settings([anAge({ clock: 'writtenAt' })], { blindAfterMs: 15 * MINUTE_MS })
const looked = (probedAt: string, own: Partial<AssetFacts> = {}) => facts({ arrivals: [write], probedAt: at(probedAt), ...own })
const unreachable = (from: string, to: string | null = null): BlindInterval => ({
  from: at(from),
  to: to === null ? null : at(to),
  reason: 'source-unreachable',
})
const work = (from: string, to: string | null, kind: MaintenanceWindow['kind'] = 'maintenance'): MaintenanceWindow => ({
  from: at(from),
  to: to === null ? null : at(to),
  kind,
})

describe('blindness', () => {
  test('hides fresh, to the millisecond, once the last good look is too long ago', () => {
    expect(around(watched, looked('2026-03-05T12:00'), '2026-03-05T12:15')).toEqual([
      'fresh/on-time',
      'unknown/probe-failed',
      'unknown/probe-failed',
    ])
  })

  test('keeps late and stale exactly as they were', () => {
    expect(around(watched, looked('2026-03-06T12:00'), '2026-03-06T12:15')).toEqual(['late/overdue', 'late/overdue', 'late/overdue'])
    expect(statusAt(watched, looked('2026-03-06T12:00'), '2026-03-20T00:00')).toBe('late/overdue')
    expect(statusAt(watched, looked('2026-03-09T12:00'), '2026-03-20T00:00')).toBe('stale/overdue')
  })

  test('a deadline that passes while nobody sees is unknown', () => {
    expect(statusAt(watched, looked('2026-03-06T05:40'), '2026-03-06T06:00:00.001')).toBe('unknown/probe-failed')
  })

  test('a deadline that passed while nobody saw is no late one, either, once it is certain that nothing is there', () => {
    const down = { from: at('2026-03-05T12:10'), to: null, reason: 'source-unreachable' as const }
    const certain = (sureFrom: string) => looked('2026-03-05T12:00', { blind: [{ ...down, sureFrom: at(sureFrom) }] })
    expect(statusAt(watched, certain('2026-03-07T12:00'), '2026-03-07T12:00')).toBe('unknown/source-unreachable')
    expect(statusAt(watched, certain('2026-03-07T12:00'), '2026-03-20T00:00')).toBe('unknown/source-unreachable')
    expect(statusAt(watched, certain('2026-03-05T12:11'), '2026-03-20T00:00')).toBe('unknown/source-unreachable')
  })

  describe('while something is told', () => {
    const told = (value: string, own: Partial<Arrival> = {}) =>
      arrival('writtenAt', value, { witness: 'ledger', happenedAt: at(value), ...own })
    const spansOf = (facts: AssetFacts, own = watched) =>
      inShort(timeline(always(own), facts, at('2026-03-05T12:00'), at('2026-03-09T00:00')))

    test('is unknown until then, and again from the deadline of what was told on', () => {
      expect(spansOf(looked('2026-03-05T12:00', { arrivals: [write, told('2026-03-05T20:00')] }))).toEqual([
        '2026-03-05T12:00:00.000Z fresh/on-time',
        '2026-03-05T12:15:00.000Z unknown/probe-failed',
        '2026-03-05T20:00:00.000Z fresh/on-time',
        '2026-03-06T20:00:00.001Z unknown/probe-failed',
        '2026-03-09T00:00:00.000Z',
      ])
    })

    test('does not hide that data older than promised came', () => {
      const old = told('2026-03-01T00:00', {
        happenedAt: at('2026-03-05T20:00'),
        clock: 'dataThroughAt',
        recordedAt: at('2026-03-05T20:00'),
      })
      const through = settings([anAge({ clock: 'dataThroughAt' })], { blindAfterMs: 15 * MINUTE_MS })
      expect(spansOf(facts({ arrivals: [old], probedAt: at('2026-03-05T12:00') }), through)).toEqual([
        '2026-03-05T12:00:00.000Z unknown/no-time',
        '2026-03-05T12:15:00.000Z unknown/probe-failed',
        '2026-03-05T20:00:00.000Z stale/overdue',
        '2026-03-09T00:00:00.000Z',
      ])
    })

    test('on a clock that no promise is about, nothing changes', () => {
      const elsewhere = told('2026-03-05T20:00', { clock: 'dataThroughAt' })
      expect(spansOf(looked('2026-03-05T12:00', { arrivals: [write, elsewhere] }))).toEqual(spansOf(looked('2026-03-05T12:00')))
    })

    test('what was late before mends with it', () => {
      const late = looked('2026-03-07T12:00', { arrivals: [write, told('2026-03-07T20:00')] })
      expect(spansOf(late).slice(-4)).toEqual([
        '2026-03-06T06:00:00.001Z late/overdue',
        '2026-03-07T20:00:00.000Z fresh/on-time',
        '2026-03-08T20:00:00.001Z unknown/probe-failed',
        '2026-03-09T00:00:00.000Z',
      ])
    })
  })

  test('turning late at the very moment of going blind is late', () => {
    const lateAt = write.recordedAt + 86_400_001
    expect(statusAt(watched, facts({ arrivals: [write], probedAt: lateAt - 15 * MINUTE_MS }), lateAt)).toBe('late/overdue')
    expect(statusAt(watched, facts({ arrivals: [write], probedAt: lateAt - 15 * MINUTE_MS - 1 }), lateAt)).toBe('unknown/probe-failed')
  })

  test('says so when the whole source cannot be reached, from when that is', () => {
    const gone = looked('2026-03-05T12:00', { blind: [unreachable('2026-03-05T12:20')] })
    expect(around(watched, gone, '2026-03-05T12:20')).toEqual([
      'unknown/probe-failed',
      'unknown/source-unreachable',
      'unknown/source-unreachable',
    ])
    expect(statusAt(watched, looked('2026-03-05T12:00', { blind: [unreachable('2026-03-05T11:55')] }), '2026-03-05T12:15')).toBe(
      'unknown/source-unreachable',
    )
    expect(statusAt(watched, looked('2026-03-05T12:00', { blind: [unreachable('2026-03-05T11:55')] }), '2026-03-05T12:10')).toBe(
      'fresh/on-time',
    )
  })

  test('that a good look has ended colours nothing: history is what is known now', () => {
    const blind = [unreachable('2026-03-05T12:15', '2026-03-06T12:00')]
    const spans = timeline(always(watched), looked('2026-03-06T12:00', { blind }), at('2026-03-05T06:00'), at('2026-03-06T12:10'))
    expect(inShort(spans)).toEqual([
      '2026-03-05T06:00:00.000Z fresh/on-time',
      '2026-03-06T06:00:00.001Z late/overdue',
      '2026-03-06T12:10:00.000Z',
    ])
  })

  test('does not colour what has no status', () => {
    expect(statusAt(settings([{ kind: 'none' }], { blindAfterMs: 1 }), looked('2026-03-05T12:00'), '2026-03-06T00:00')).toBe('null/null')
  })

  test('never befalls the ledger, nor what nobody ever saw', () => {
    expect(blindFrom(settings([anAge()]), prepareFacts(looked('2026-03-05T12:00')))).toBe(NEVER)
    expect(blindFrom(watched, prepareFacts(facts()))).toBe(NEVER)
    expect(iso(blindFrom(watched, prepareFacts(looked('2026-03-05T12:00'))))).toBe('2026-03-05T12:15:00.000Z')
  })
})

describe('maintenance', () => {
  const nightly = settings([aDeadline()])
  const known = (windows: MaintenanceWindow[], own: Partial<AssetFacts> = {}) =>
    facts({ arrivals: [loaded('2026-03-05T02:10')], windows, ...own })

  test('what turns during the window shows maintenance, what is fresh stays fresh', () => {
    const windows = [work('2026-03-06T01:00', '2026-03-06T04:00')]
    expect(statusAt(nightly, known(windows), '2026-03-06T02:30')).toBe('fresh/due')
    expect(around(nightly, known(windows), '2026-03-06T02:45')).toEqual(['fresh/due', 'maintenance/maintenance', 'maintenance/maintenance'])
    expect(around(nightly, known(windows), '2026-03-06T04:00')).toEqual(['maintenance/maintenance', 'late/overdue', 'late/overdue'])
  })

  test('never masks an outage: what was late before stays late, and may turn stale', () => {
    const windows = [work('2026-03-06T03:00', '2026-03-08T00:00')]
    expect(around(nightly, known(windows), '2026-03-06T03:00')).toEqual(['late/overdue', 'late/overdue', 'late/overdue'])
    expect(around(nightly, known(windows), '2026-03-07T02:00')).toEqual(['late/overdue', 'stale/overdue', 'stale/overdue'])
  })

  test('an outage that began one millisecond before the window is no maintenance, one that began with it is', () => {
    expect(statusAt(nightly, known([work('2026-03-06T02:45:00.001', '2026-03-06T04:00')]), '2026-03-06T03:00')).toBe('late/overdue')
    expect(statusAt(nightly, known([work('2026-03-06T02:45', '2026-03-06T04:00')]), '2026-03-06T03:00')).toBe('maintenance/maintenance')
  })

  test('an outage that ended during the window and came back has begun during the window', () => {
    const windows = [work('2026-03-06T03:00', '2026-03-08T00:00')]
    const own = { arrivals: [loaded('2026-03-05T02:10'), loaded('2026-03-06T09:00')] }
    expect(statusAt(nightly, known(windows, own), '2026-03-06T08:00')).toBe('late/overdue')
    expect(statusAt(nightly, known(windows, own), '2026-03-06T10:00')).toBe('fresh/on-time')
    expect(statusAt(nightly, known(windows, own), '2026-03-07T03:00')).toBe('maintenance/maintenance')
  })

  test('windows that touch are one: the second does not take the first one’s work for an outage', () => {
    const windows = [work('2026-03-06T01:00', '2026-03-06T04:00'), work('2026-03-06T04:00', '2026-03-06T06:00', 'paused')]
    expect(around(nightly, known(windows), '2026-03-06T04:00')).toEqual([
      'maintenance/maintenance',
      'maintenance/paused',
      'maintenance/paused',
    ])
  })

  test('a pause without an end lasts', () => {
    expect(statusAt(nightly, known([work('2026-03-05T12:00', null, 'paused')]), '2026-06-01T00:00')).toBe('maintenance/paused')
  })

  test('going blind during the window is maintenance, having been blind before stays unknown', () => {
    const windows = [work('2026-03-05T12:10', '2026-03-05T14:00')]
    expect(around(watched, looked('2026-03-05T12:00', { windows }), '2026-03-05T12:15')).toEqual([
      'fresh/on-time',
      'maintenance/maintenance',
      'maintenance/maintenance',
    ])
    expect(statusAt(watched, looked('2026-03-05T11:00', { windows }), '2026-03-05T13:00')).toBe('unknown/probe-failed')
  })

  test('a timeline that begins inside a window knows what was before it', () => {
    const windows = [work('2026-03-06T03:00', '2026-03-06T12:00')]
    const spans = timeline(always(nightly), known(windows), at('2026-03-06T06:00'), at('2026-03-06T12:00'))
    expect(inShort(spans)).toEqual(['2026-03-06T06:00:00.000Z late/overdue', '2026-03-06T12:00:00.000Z'])
  })

  test('does not give a status to what has none', () => {
    expect(statusAt(settings([{ kind: 'none' }]), known([work('2026-03-05T00:00', null)]), '2026-03-06T00:00')).toBe('null/null')
  })

  test('what was created during the window has begun during it', () => {
    const created = facts({
      createdAt: at('2026-03-05T10:00'),
      windows: [work('2026-03-05T00:00', '2026-03-07T00:00')],
      runs: [run('failed', '2026-03-06T02:10')],
    })
    expect(statusAt(nightly, created, '2026-03-06T03:00')).toBe('maintenance/maintenance')
  })
})
