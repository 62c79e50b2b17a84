import { describe, expect, test } from 'vitest'
import type { SettingsVersion } from '#lib/domain/freshness/asset-settings.ts'
import type { Arrival } from '#lib/domain/freshness/facts.ts'
import { aDeadline, always, arrival, at, aWriter, iso, loaded, loadedBy, settings } from '#lib/testing/history/domain-builders.ts'
import { lateArrivals } from './late-arrivals.ts'

const nightly = settings([aDeadline({ writer: aWriter('0 2 * * *') })])
const NOW = at('2026-03-08T12:00')

function told(arrivals: Arrival[], versions: SettingsVersion[] = always(nightly)) {
  const late = lateArrivals(versions, arrivals, NOW)
  return arrivals.map((one) => iso(late.get(one)?.expectedBy ?? null)?.slice(5, 16) ?? 'in time')
}

describe('an arrival is late', () => {
  test('for its own tick, by when it came', () => {
    expect(told([loadedBy('2026-03-05T02:00', '2026-03-05T02:10'), loadedBy('2026-03-06T02:00', '2026-03-06T09:05')])).toEqual([
      'in time',
      '03-06T02:45',
    ])
  })

  test('for the newest of the ticks it came too late for, though it is in time for its own', () => {
    const arrivals = [loadedBy('2026-03-04T02:00', '2026-03-04T02:10'), loadedBy('2026-03-07T02:00', '2026-03-07T02:10')]
    expect(told(arrivals)).toEqual(['in time', '03-06T02:45'])
  })

  test('never for what was delivered before it, nor for ticks older than all that is known', () => {
    expect(told([loadedBy('2026-03-06T02:00', '2026-03-06T02:10'), loadedBy('2026-03-06T15:00', '2026-03-06T15:10')])).toEqual([
      'in time',
      'in time',
    ])
  })

  test('on the clock that is promised alone, and only while it was promised', () => {
    expect(told([loaded('2026-03-05T02:10'), arrival('writtenAt', '2026-03-06T09:05')])).toEqual(['in time', 'in time'])
    const since = [
      { from: 0, settings: settings([]) },
      { from: at('2026-03-07T00:00'), settings: nightly },
    ]
    expect(told([loaded('2026-03-05T02:10'), loaded('2026-03-06T09:05'), loaded('2026-03-07T09:05')], since)).toEqual([
      'in time',
      'in time',
      '03-07T02:45',
    ])
  })
})
