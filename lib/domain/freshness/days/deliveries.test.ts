import { describe, expect, test } from 'vitest'
import type { Arrival } from '#lib/domain/freshness/facts.ts'
import type { DeadlinePolicy } from '#lib/domain/freshness/policies/policy.ts'
import { aDeadline, arrival, at, correction, facts, iso, loaded, run } from '#lib/testing/history/domain-builders.ts'
import { deliveries } from './deliveries.ts'

function told(arrivals: Arrival[], policy: DeadlinePolicy = aDeadline(), from = '2026-03-05T00:00', to = '2026-03-08T00:00') {
  return deliveries(policy, facts({ arrivals }), at(from), at(to)).map(
    (d) => `${iso(d.tick)?.slice(5, 16)} ${iso(d.deliveredAt)?.slice(5, 16) ?? 'missing'} ${d.onTime}`,
  )
}

describe('deliveries', () => {
  test('are on time until grace ends, late after it', () => {
    const arrivals = [loaded('2026-03-05T02:10'), loaded('2026-03-06T02:45'), loaded('2026-03-07T02:45:00.001')]
    expect(told(arrivals)).toEqual(['03-05T02:00 03-05T02:10 true', '03-06T02:00 03-06T02:45 true', '03-07T02:00 03-07T02:45 false'])
  })

  test('that came with a later tick close the older ones as late', () => {
    expect(told([loaded('2026-03-07T02:10')])).toEqual([
      '03-05T02:00 03-07T02:10 false',
      '03-06T02:00 03-07T02:10 false',
      '03-07T02:00 03-07T02:10 true',
    ])
  })

  test('never satisfy a later tick: a reload at noon is no delivery of tomorrow', () => {
    expect(told([loaded('2026-03-05T02:10'), loaded('2026-03-05T12:00')])).toEqual([
      '03-05T02:00 03-05T02:10 true',
      '03-06T02:00 missing false',
      '03-07T02:00 missing false',
    ])
  })

  test('may come early, from midnight on', () => {
    expect(told([loaded('2026-03-05T00:00')], aDeadline(), '2026-03-05T00:00', '2026-03-06T00:00')).toEqual([
      '03-05T02:00 03-05T00:00 true',
    ])
    expect(told([loaded('2026-03-04T23:59')], aDeadline(), '2026-03-05T00:00', '2026-03-06T00:00')).toEqual(['03-05T02:00 missing false'])
  })

  test('of data count from when it was seen', () => {
    const seen = arrival('dataThroughAt', '2026-03-05T01:30', { recordedAt: at('2026-03-05T06:00') })
    expect(told([seen], aDeadline({ clock: 'dataThroughAt' }), '2026-03-05T00:00', '2026-03-06T00:00')).toEqual([
      '03-05T02:00 03-05T06:00 false',
    ])
  })

  test('are not made by corrections, the future, or another clock', () => {
    const arrivals = [
      correction('loadedAt', '2026-03-05T02:10', '2026-03-05T03:00'),
      loaded('2099-01-01T00:00', { recordedAt: at('2026-03-06T02:10') }),
      arrival('writtenAt', '2026-03-07T02:10'),
    ]
    expect(told(arrivals)).toEqual(['03-05T02:00 missing false', '03-06T02:00 missing false', '03-07T02:00 missing false'])
  })

  test('follow the clock in use: writes where nothing reports loads', () => {
    const written = [arrival('writtenAt', '2026-03-05T02:10')]
    expect(told(written)[0]).toBe('03-05T02:00 03-05T02:10 true')
    const withRuns = facts({ arrivals: written, runs: [run('partial', '2026-03-05T02:10')] })
    expect(deliveries(aDeadline(), withRuns, at('2026-03-05T00:00'), at('2026-03-06T00:00'))[0]?.deliveredAt).toBeNull()
  })

  test('are not expected on days that do not count', () => {
    const weekdays = aDeadline({ calendar: { weekdays: [1, 2, 3, 4, 5], holidays: ['2026-03-05'] } })
    expect(told([], weekdays, '2026-03-04T00:00', '2026-03-10T00:00').map((d) => d.slice(0, 5))).toEqual(['03-04', '03-06', '03-09'])
  })
})
