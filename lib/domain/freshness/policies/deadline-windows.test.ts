import { describe, expect, test } from 'vitest'
import { deliveries } from '#lib/domain/freshness/days/deliveries.ts'
import type { Arrival } from '#lib/domain/freshness/facts.ts'
import { ticksBetween } from '#lib/domain/time/cron.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '#lib/domain/time/instant.ts'
import { aDeadline, at, aWriter, facts, iso, loadedBy, settings, statusAt } from '#lib/testing/history/domain-builders.ts'
import { dueAfter, opensAt } from './deadline-windows.ts'
import type { DeadlinePolicy } from './policy.ts'

const NEW_YORK = 'America/New_York'
const BERLIN = 'Europe/Berlin'

const opens = (policy: DeadlinePolicy, tick: string) => iso(opensAt(policy, at(tick), 'loadedAt'))?.slice(0, 16) ?? null
const becomes = (policy: DeadlinePolicy, arrivals: Arrival[], now: string) => statusAt(settings([policy]), facts({ arrivals }), now)

describe('when clocks change', () => {
  test.each([
    ['spring in New York', NEW_YORK, '30 2 * * *', ['2026-03-07T07:30', '2026-03-08T07:30', '2026-03-09T06:30', '2026-03-10T06:30']],
    ['autumn in New York', NEW_YORK, '30 1 * * *', ['2026-10-31T05:30', '2026-11-01T05:30', '2026-11-02T06:30', '2026-11-03T06:30']],
    ['spring in Berlin', BERLIN, '30 2 * * *', ['2026-03-28T01:30', '2026-03-29T01:30', '2026-03-30T00:30', '2026-03-31T00:30']],
    ['autumn in Berlin', BERLIN, '30 2 * * *', ['2026-10-24T00:30', '2026-10-25T00:30', '2026-10-26T01:30', '2026-10-27T01:30']],
    ['autumn in Lord Howe', 'Australia/Lord_Howe', '45 1 * * *', ['2026-04-03T14:45', '2026-04-04T14:45', '2026-04-05T15:15']],
  ])('%s: every night opens with its own run, and one that is missing is late', (_, zone, cron, ticks) => {
    const policy = aDeadline({ cron, zone, writer: aWriter(cron, zone) })
    expect(ticks.map((tick) => opens(policy, tick))).toEqual(ticks)
    for (const [index, tick] of ticks.slice(1).entries()) {
      const night = loadedBy(ticks[index] ?? '', new Date(at(ticks[index] ?? '') + 10 * MINUTE_MS).toISOString())
      const graceEnds = new Date(at(tick) + 45 * MINUTE_MS).toISOString()
      expect(becomes(policy, [night], graceEnds)).toBe('late/overdue')
      expect(becomes(policy, [night, loadedBy(tick, new Date(at(tick) + 5 * MINUTE_MS).toISOString())], graceEnds)).toBe('fresh/on-time')
    }
  })

  test('midnight is the local one, on a short day and on a long one', () => {
    const others = aDeadline({ zone: NEW_YORK })
    expect(opens(others, '2026-03-08T07:00')).toBe('2026-03-08T05:00')
    expect(opens(others, '2026-03-09T06:00')).toBe('2026-03-09T04:00')
    expect(opens(others, '2026-11-01T07:00')).toBe('2026-11-01T04:00')
  })

  test('an hour that comes twice has two windows', () => {
    const policy = aDeadline({ cron: '0 * * * *', zone: NEW_YORK, graceMs: 20 * MINUTE_MS, writer: aWriter('0 * * * *', NEW_YORK) })
    expect(becomes(policy, [loadedBy('2026-11-01T05:00', '2026-11-01T05:05')], '2026-11-01T06:20')).toBe('late/overdue')
    expect(becomes(policy, [loadedBy('2026-11-01T06:00', '2026-11-01T06:05')], '2026-11-01T06:20')).toBe('fresh/on-time')
  })
})

describe('a flow that runs a little after the promise, within its grace', () => {
  const policy = aDeadline({ graceMs: 2 * HOUR_MS, writer: aWriter('30 2 * * *') })

  test('delivers the tick before it, not the one of the day after', () => {
    const yesterday = loadedBy('2026-03-05T02:30', '2026-03-05T02:50')
    expect(becomes(policy, [yesterday], '2026-03-06T04:00')).toBe('late/overdue')
    expect(becomes(policy, [yesterday, loadedBy('2026-03-06T02:30', '2026-03-06T02:50')], '2026-03-06T04:00')).toBe('fresh/on-time')
  })
})

describe('a window', () => {
  const policies = [
    aDeadline({ writer: aWriter('0 2 * * *') }),
    aDeadline({ cron: '0 8 * * *', writer: aWriter('0 1 * * *') }),
    aDeadline({ cron: '40 * * * *' }),
    aDeadline({ zone: NEW_YORK }),
    aDeadline({ cron: '0 6,18 * * 1-5', zone: BERLIN, writer: aWriter('15 */4 * * *', NEW_YORK) }),
    aDeadline({ cron: '0 6 * * *', calendar: { weekdays: [1, 2, 3], holidays: ['2026-03-10'] }, clock: 'dataThroughAt' }),
    aDeadline({ opensBeforeMs: 3 * DAY_MS }),
    aDeadline({ cron: '*/15 * * * *', graceMs: HOUR_MS }),
  ]

  test.each(policies.map((policy) => [policy.cron, policy] as const))(
    'of %s ends where the next one opens, and none is empty',
    (_, policy) => {
      const clock = policy.clock ?? 'loadedAt'
      const ticks = deliveries(policy, facts(), at('2026-03-01T00:00'), at('2026-04-01T00:00')).map((d) => d.tick)
      for (const [index, tick] of ticks.slice(1).entries()) {
        const from = opensAt(policy, tick, clock)
        expect(from).toBeGreaterThan(opensAt(policy, ticks[index] ?? 0, clock))
        expect([dueAfter(policy, from - 1, clock), dueAfter(policy, from, clock)]).toEqual([tick, ticks[index + 2] ?? expect.any(Number)])
      }
    },
  )
})

test.each(['UTC', 'Europe/Berlin', 'Australia/Lord_Howe', 'America/Santiago'])(
  'windows of %s follow each other all year, however its clocks and those of the flow’s zone change',
  (zone) => {
    const lines = [
      ['0 2 * * *', '0 2 * * *'],
      ['0 0 * * *', '30 23 * * *'],
      ['0 6,18 * * *', '0 6 * * *'],
      ['40 * * * *', '40 * * * *'],
      ['0 6 1 * *', '0 2 1 * *'],
      ['0 8 * * 1-5', '0 22 * * 0-4'],
    ] as const
    for (const [cron, line] of lines) {
      for (const writer of [null, aWriter(line, zone), aWriter(line, 'America/New_York')]) {
        const policy = aDeadline({ cron, zone, writer })
        const ticks = ticksBetween(policy, at('2026-01-02T00:00'), at('2026-12-15T00:00'))
        const openings = ticks.map((tick) => opensAt(policy, tick, 'loadedAt'))
        const wrong = ticks.filter((tick, i) => (openings[i] ?? 0) > tick || (openings[i] ?? 0) <= (openings[i - 1] ?? 0))
        expect(wrong.map(iso), `${cron} by ${writer?.cron ?? 'others'} of ${writer?.zone ?? zone}`).toEqual([])
      }
    }
  },
)
