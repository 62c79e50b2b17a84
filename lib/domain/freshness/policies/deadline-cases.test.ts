import { describe, expect, test } from 'vitest'
import { deliveries } from '#lib/domain/freshness/days/deliveries.ts'
import type { Arrival, RunOutcome } from '#lib/domain/freshness/facts.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '#lib/domain/time/instant.ts'
import {
  aDeadline,
  arrival,
  at,
  aWriter,
  facts,
  iso,
  loaded,
  loadedBy,
  run,
  settings,
  statusAt,
} from '#lib/testing/history/domain-builders.ts'
import { opensAt } from './deadline-windows.ts'
import type { DeadlinePolicy } from './policy.ts'

const opens = (policy: DeadlinePolicy, tick: string) => iso(opensAt(policy, at(tick), 'loadedAt'))?.slice(0, 16) ?? null
const becomes = (policy: DeadlinePolicy, arrivals: Arrival[], now: string, runs: RunOutcome[] = []) =>
  statusAt(settings([policy]), facts({ arrivals, runs }), now)
const told = (policy: DeadlinePolicy, arrivals: Arrival[], from: string, to: string) =>
  deliveries(policy, facts({ arrivals }), at(from), at(to)).map(
    (d) => `${iso(d.tick)?.slice(5, 16)} ${iso(d.deliveredAt)?.slice(5, 16) ?? 'missing'} ${d.onTime ? 'on time' : 'late'}`,
  )

/** Loaded and expected at 02:00; expected by 08:00 and loaded at 01:00; hourly at :40 with 45 minutes. */
const nightly = aDeadline({ writer: aWriter('0 2 * * *') })
const readyBy8 = aDeadline({ cron: '0 8 * * *', graceMs: 0, writer: aWriter('0 1 * * *') })
const hourly = aDeadline({ cron: '40 * * * *', staleAfterMs: 6 * HOUR_MS })

describe('a reload in the evening does not hide the load that fails at night', () => {
  const night = loadedBy('2026-03-05T02:00', '2026-03-05T02:10')

  test('by a run of ours', () => {
    const reload = loadedBy('2026-03-05T21:40', '2026-03-05T21:48')
    expect(becomes(nightly, [night, reload], '2026-03-06T02:44')).toBe('fresh/due')
    expect(becomes(nightly, [night, reload], '2026-03-06T02:45', [run('failed', '2026-03-06T02:10')])).toBe('late/run-failed')
    expect(becomes(nightly, [night, reload, loadedBy('2026-03-06T02:00', '2026-03-06T02:10')], '2026-03-06T02:45')).toBe('fresh/on-time')
  })

  test('by others, whose time is all we know', () => {
    const others = aDeadline()
    expect(becomes(others, [loaded('2026-03-05T02:10'), loaded('2026-03-05T21:48')], '2026-03-06T02:45')).toBe('late/overdue')
    expect(becomes(others, [loaded('2026-03-05T21:48'), loaded('2026-03-06T02:10')], '2026-03-06T02:45')).toBe('fresh/on-time')
  })

  test('nor does one that began before the tick and ended after it', () => {
    const reload = loadedBy('2026-03-06T01:55', '2026-03-06T02:20')
    expect(becomes(nightly, [night, reload], '2026-03-06T02:45')).toBe('late/overdue')
    expect(becomes(nightly, [night, loadedBy('2026-03-06T02:01', '2026-03-06T02:20')], '2026-03-06T02:45')).toBe('fresh/on-time')
  })

  test('is no delivery of the night either', () => {
    const arrivals = [night, loadedBy('2026-03-05T21:40', '2026-03-05T21:48')]
    expect(told(nightly, arrivals, '2026-03-05T00:00', '2026-03-07T00:00')).toEqual([
      '03-05T02:00 03-05T02:10 on time',
      '03-06T02:00 missing late',
    ])
  })
})

describe('ready by 08:00 with loads at 01:00', () => {
  const load = (day: string) => loadedBy(`${day}T01:00`, `${day}T01:20`)

  test('the first load there ever was is enough, and its absence is late', () => {
    expect(becomes(readyBy8, [load('2026-03-05')], '2026-03-05T08:00')).toBe('fresh/on-time')
    const created = facts({ createdAt: at('2026-03-04T20:00') })
    expect(statusAt(settings([readyBy8]), created, '2026-03-05T07:59')).toBe('unknown/never-observed')
    expect(statusAt(settings([readyBy8]), created, '2026-03-05T08:00')).toBe('late/overdue')
  })

  test('after a missed night the next load is enough, and without it the day stays red', () => {
    const missedNight = [load('2026-03-04')]
    expect(becomes(readyBy8, missedNight, '2026-03-05T12:00')).toBe('late/overdue')
    expect(becomes(readyBy8, [...missedNight, load('2026-03-06')], '2026-03-06T08:00')).toBe('fresh/on-time')
    expect(becomes(readyBy8, missedNight, '2026-03-06T08:00')).toBe('stale/overdue')
    expect(told(readyBy8, [...missedNight, load('2026-03-06')], '2026-03-05T00:00', '2026-03-07T00:00')).toEqual([
      '03-05T08:00 03-06T01:20 late',
      '03-06T08:00 03-06T01:20 on time',
    ])
  })

  test('a reload at 07:00 makes up for the run that failed, one at 21:00 the evening before does not', () => {
    const failed = [run('failed', '2026-03-05T01:05')]
    const before = load('2026-03-04')
    expect(becomes(readyBy8, [before, loadedBy('2026-03-05T07:00', '2026-03-05T07:20')], '2026-03-05T08:00', failed)).toBe('fresh/on-time')
    expect(becomes(readyBy8, [before, loadedBy('2026-03-04T21:00', '2026-03-04T21:20')], '2026-03-05T08:00', failed)).toBe(
      'late/run-failed',
    )
  })
})

describe('hourly at :40 with 45 minutes of grace', () => {
  test.each([
    ['a run of ours that is late', aWriter('40 * * * *'), loadedBy('2026-03-05T09:40', '2026-03-05T10:15')],
    ['others that are late', null, loaded('2026-03-05T10:15')],
  ])('%s satisfies its own tick and hides no missing one', (_, writer, lateLoad) => {
    const policy = { ...hourly, writer }
    expect(becomes(policy, [lateLoad], '2026-03-05T11:24')).toBe('fresh/due')
    expect(becomes(policy, [lateLoad], '2026-03-05T11:25')).toBe('late/overdue')
    const next = writer === null ? loaded('2026-03-05T10:50') : loadedBy('2026-03-05T10:40', '2026-03-05T10:50')
    expect(becomes(policy, [lateLoad, next], '2026-03-05T11:25')).toBe('fresh/on-time')
  })

  test('what comes after a tick is never too early for it, even if grace is longer than the gap', () => {
    const patient = { ...hourly, graceMs: 90 * MINUTE_MS }
    expect(opens(patient, '2026-03-05T10:40')).toBe('2026-03-05T10:40')
    expect(becomes(patient, [loaded('2026-03-05T10:45')], '2026-03-05T13:09')).toBe('fresh/due')
    expect(becomes(patient, [loaded('2026-03-05T10:45')], '2026-03-05T13:10')).toBe('late/overdue')
  })
})

describe('two a day', () => {
  const twice = aDeadline({ cron: '0 6,18 * * *', graceMs: HOUR_MS })

  test('by others, each from half the gap on', () => {
    expect([opens(twice, '2026-03-05T06:00'), opens(twice, '2026-03-05T18:00')]).toEqual(['2026-03-05T00:00', '2026-03-05T12:00'])
    expect(becomes(twice, [loaded('2026-03-05T11:59')], '2026-03-05T19:00')).toBe('late/overdue')
    expect(becomes(twice, [loaded('2026-03-05T12:00')], '2026-03-05T19:00')).toBe('fresh/on-time')
  })

  test('by a flow that runs as often, at the tick; by one that runs more often, at its last run before', () => {
    expect(opens({ ...twice, writer: aWriter('0 6,18 * * *') }, '2026-03-05T18:00')).toBe('2026-03-05T18:00')
    expect(opens({ ...twice, writer: aWriter('0 */6 * * *') }, '2026-03-05T18:00')).toBe('2026-03-05T12:00')
    expect(opens({ ...twice, writer: aWriter('0 * * * *') }, '2026-03-05T18:00')).toBe('2026-03-05T17:00')
  })
})

describe('weekly on Sunday night', () => {
  const weekly = aDeadline({ cron: '0 6 * * 1', graceMs: HOUR_MS, staleAfterMs: 3 * DAY_MS })

  test('by others, Sunday counts for Monday, and Saturday does not', () => {
    expect(becomes(weekly, [loaded('2026-03-08T22:00')], '2026-03-09T07:00')).toBe('fresh/on-time')
    expect(becomes(weekly, [loaded('2026-03-07T22:00')], '2026-03-09T07:00')).toBe('late/overdue')
  })

  test('by a flow, from its Sunday on: what is loaded by hand on Friday does not stand for it', () => {
    const policy = { ...weekly, writer: aWriter('0 22 * * 0') }
    expect(becomes(policy, [loadedBy('2026-03-08T22:00', '2026-03-08T23:00')], '2026-03-09T07:00')).toBe('fresh/on-time')
    expect(becomes(policy, [loadedBy('2026-03-06T12:00', '2026-03-06T13:00')], '2026-03-09T07:00')).toBe('late/overdue')
    expect(
      becomes({ ...weekly, cron: '0 22 * * 0', writer: aWriter('0 22 * * 0') }, [loaded('2026-03-08T21:59')], '2026-03-08T23:00'),
    ).toBe('late/overdue')
  })

  test('a flow that runs at one tick of several does not stand for the ones after it', () => {
    const twice = aDeadline({ cron: '0 6,18 * * *', graceMs: HOUR_MS, writer: aWriter('0 6 * * *') })
    const morning = loadedBy('2026-03-05T06:00', '2026-03-05T06:10')
    expect([opens(twice, '2026-03-05T06:00'), opens(twice, '2026-03-05T18:00')]).toEqual(['2026-03-05T06:00', '2026-03-05T12:00'])
    expect(becomes(twice, [morning], '2026-03-05T17:59')).toBe('fresh/on-time')
    expect(becomes(twice, [morning], '2026-03-05T19:00')).toBe('late/overdue')
    const daily = { ...nightly, writer: aWriter('0 2 * * 0') }
    expect(becomes(daily, [loadedBy('2026-03-08T02:00', '2026-03-08T02:10')], '2026-03-09T02:45')).toBe('late/overdue')
  })

  test('a flow that runs less often than the promise asks opens no window before the tick before', () => {
    expect(opens({ ...readyBy8, writer: aWriter('0 22 * * 0') }, '2026-03-12T08:00')).toBe('2026-03-11T08:00')
  })
})

describe('data through yesterday', () => {
  const through = aDeadline({ cron: '0 6 * * *', graceMs: HOUR_MS, clock: 'dataThroughAt', writer: aWriter('0 2 * * *') })
  const data = (value: string, seen: string) => arrival('dataThroughAt', value, { recordedAt: at(seen) })

  test('is in time, the day before that is not', () => {
    expect(becomes(through, [data('2026-03-04T00:30', '2026-03-05T02:10')], '2026-03-05T07:00')).toBe('fresh/on-time')
    expect(becomes(through, [data('2026-03-03T23:30', '2026-03-05T02:10')], '2026-03-05T07:00')).toBe('late/overdue')
    expect(told(through, [data('2026-03-04T00:30', '2026-03-05T08:10')], '2026-03-05T00:00', '2026-03-06T00:00')).toEqual([
      '03-05T06:00 03-05T08:10 late',
    ])
  })

  test('is Friday’s on a Monday, by the calendar', () => {
    const business = { ...through, calendar: { weekdays: [1, 2, 3, 4, 5], holidays: [] } }
    expect(becomes(business, [data('2026-03-06T17:00', '2026-03-07T02:10')], '2026-03-09T12:00')).toBe('fresh/on-time')
    expect(becomes(business, [data('2026-03-05T17:00', '2026-03-06T02:10')], '2026-03-09T12:00')).toBe('late/overdue')
  })

  test('every hour, half an hour counts', () => {
    const often = { ...through, cron: '0 * * * *', graceMs: 20 * MINUTE_MS }
    expect(becomes(often, [data('2026-03-05T09:40', '2026-03-05T10:05')], '2026-03-05T10:20')).toBe('fresh/on-time')
    expect(becomes(often, [data('2026-03-05T09:20', '2026-03-05T10:05')], '2026-03-05T10:20')).toBe('late/overdue')
  })
})

describe('a run that ends a day late', () => {
  const slow = loadedBy('2026-03-05T02:00', '2026-03-06T03:00')

  test('delivers its own night late and not the next one', () => {
    expect(becomes(nightly, [slow], '2026-03-06T03:00')).toBe('late/overdue')
    expect(told(nightly, [slow], '2026-03-05T00:00', '2026-03-07T00:00')).toEqual([
      '03-05T02:00 03-06T03:00 late',
      '03-06T02:00 missing late',
    ])
  })

  test('and the run after it delivers the next', () => {
    const own = loadedBy('2026-03-06T02:00', '2026-03-06T03:10')
    expect(becomes(nightly, [slow, own], '2026-03-06T03:10')).toBe('fresh/on-time')
    expect(told(nightly, [slow, own], '2026-03-06T00:00', '2026-03-07T00:00')).toEqual(['03-06T02:00 03-06T03:10 late'])
  })
})

describe('holidays', () => {
  const calendar = { weekdays: [1, 2, 3, 4, 5], holidays: ['2026-03-09'] }

  test('ask for nothing, and the first day after them asks for a load of its own', () => {
    const [policy, friday] = [{ ...nightly, calendar }, loadedBy('2026-03-06T02:00', '2026-03-06T02:10')]
    expect(becomes(policy, [friday], '2026-03-09T12:00')).toBe('fresh/on-time')
    expect(becomes(policy, [friday], '2026-03-10T02:45')).toBe('late/overdue')
    expect(becomes(policy, [friday, loadedBy('2026-03-10T02:00', '2026-03-10T02:10')], '2026-03-10T02:45')).toBe('fresh/on-time')
  })

  test('a flow that also runs on days off does not stand for the day after', () => {
    const monday = loadedBy('2026-03-09T02:00', '2026-03-09T02:10')
    expect(becomes({ ...nightly, calendar }, [monday], '2026-03-10T02:45')).toBe('late/overdue')
    const weekdays = { ...nightly, cron: '0 2 * * 1-5' }
    expect(becomes(weekdays, [loadedBy('2026-03-08T02:00', '2026-03-08T02:10')], '2026-03-09T02:45')).toBe('late/overdue')
  })

  test('by others, the day before the first day after counts', () => {
    const policy = aDeadline({ cron: '0 6 * * *', calendar })
    expect(opens(policy, '2026-03-10T06:00')).toBe('2026-03-09T00:00')
    expect(opens(policy, '2026-03-11T06:00')).toBe('2026-03-11T00:00')
  })
})

describe('three missed nights', () => {
  const before = loadedBy('2026-03-05T02:00', '2026-03-05T02:10')
  const after = loadedBy('2026-03-09T02:00', '2026-03-09T02:10')

  test('turn late and stale, and the load after them closes them all as late', () => {
    expect(becomes(nightly, [before], '2026-03-06T02:45')).toBe('late/overdue')
    expect(becomes(nightly, [before], '2026-03-08T12:00')).toBe('stale/overdue')
    expect(becomes(nightly, [before, after], '2026-03-09T02:45')).toBe('fresh/on-time')
    expect(told(nightly, [before, after], '2026-03-06T00:00', '2026-03-10T00:00')).toEqual([
      '03-06T02:00 03-09T02:10 late',
      '03-07T02:00 03-09T02:10 late',
      '03-08T02:00 03-09T02:10 late',
      '03-09T02:00 03-09T02:10 on time',
    ])
  })

  test('leave no memory: the load after them counts for its own night alone', () => {
    expect(becomes(nightly, [before, after], '2026-03-10T02:45')).toBe('late/overdue')
  })
})
