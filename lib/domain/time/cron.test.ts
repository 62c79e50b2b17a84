import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { at, iso } from '#lib/testing/history/domain-builders.ts'
import { isValidCron, nextTick, previousTick, type Schedule, ticksBetween, whyNoSchedule } from './cron.ts'
import { DAY_MS, MINUTE_MS } from './instant.ts'
import { localDay, timeOfDay } from './local-day.ts'

const on = (cron: string, zone = 'UTC', calendar: Schedule['calendar'] = null): Schedule => ({ cron, zone, calendar })
const ticks = (schedule: Schedule, from: string, to: string) => ticksBetween(schedule, at(from), at(to)).map(iso)

describe('isValidCron', () => {
  test.each(['0 2 * * *', '*/15 * * * *', '0 6 * * MON-FRI', '0 6 * * thu', '0 0 29 2 *', '0 0 L * *', '0 0 * * 1#1', '5,35 8-18 * * 1-5'])(
    'accepts %s',
    (line) => {
      expect(isValidCron(line)).toBe(true)
    },
  )

  test.each([
    '',
    '0 2 * *',
    '0 0 2 * * *',
    '@daily',
    'H 2 * * *',
    '61 * * * *',
    '0 24 * * *',
    '0 0 31 2 *',
    '0 0 * * 8',
    'a b c d e',
    '*/0 * * * *',
  ])('refuses %j', (line) => {
    expect(isValidCron(line)).toBe(false)
  })

  test.each([
    ['0 0 30 2 *', /^is a cron line that never comes/],
    ['0 0 31 4,6,9,11 *', /^is a cron line that never comes/],
    ['0 0 32 2 *', /^is not a cron line/],
    ['61 0 30 2 *', /^is not a cron line/],
    ['0 0 30 13 *', /^is not a cron line/],
  ])('says why: %s', (line, words) => {
    expect(whyNoSchedule(line)).toMatch(words)
  })
})

describe('a value named twice', () => {
  test.each([
    ['0 8-18,12 * * *', '0 8-18 * * *'],
    ['0,0 6 * * *', '0 6 * * *'],
    ['*/10,30 6 * * *', '*/10 6 * * *'],
    ['1-5,3-9/2 6 * * *', '1-5,7,9 6 * * *'],
    ['0 6 1,1-3 * *', '0 6 1-3 * *'],
    ['0 6 * jan,1 *', '0 6 * 1 *'],
    ['0 6 * * 0,7', '0 6 * * 0'],
    ['0 6 * * MON-FRI,wed', '0 6 * * 1-5'],
    ['0 6 * * sat,6-7', '0 6 * * 0,6'],
    ['*,5 6 * * *', '* 6 * * *'],
    ['0 6 15,15,L * *', '0 6 15,L * *'],
  ])('counts once: %s is %s', (twice, once) => {
    expect(isValidCron(twice)).toBe(true)
    expect(ticks(on(twice), '2026-01-01', '2026-02-10')).toEqual(ticks(on(once), '2026-01-01', '2026-02-10'))
  })

  test.each(['0 8-18,24 * * *', '61,61 * * * *', '0 6 * * 8,8', '0 6,, * * *', ',0 6 * * *', '0 6 1,x * *'])(
    'saves no line that is wrong: %s',
    (line) => {
      expect(isValidCron(line)).toBe(false)
    },
  )
})

describe('neighbouring ticks', () => {
  const nightly = on('0 2 * * *')
  const tick = at('2026-11-20T02:00')

  test('the next tick is strictly after, the previous one at or before', () => {
    expect(iso(nextTick(nightly, tick - 1))).toBe('2026-11-20T02:00:00.000Z')
    expect(iso(nextTick(nightly, tick))).toBe('2026-11-21T02:00:00.000Z')
    expect(iso(previousTick(nightly, tick))).toBe('2026-11-20T02:00:00.000Z')
    expect(iso(previousTick(nightly, tick - 1))).toBe('2026-11-19T02:00:00.000Z')
  })

  test('a stretch of ticks includes its beginning and not its end', () => {
    expect(ticksBetween(nightly, tick, tick + DAY_MS)).toEqual([tick])
    expect(ticksBetween(nightly, tick + 1, tick + DAY_MS)).toEqual([])
    expect(ticksBetween(nightly, tick, tick)).toEqual([])
    expect(ticksBetween(nightly, tick + DAY_MS, tick)).toEqual([])
  })

  test('the leap day is found years ahead and years back', () => {
    expect(iso(nextTick(on('0 0 29 2 *'), at('2026-01-01')))).toBe('2028-02-29T00:00:00.000Z')
    expect(iso(previousTick(on('0 0 29 2 *'), at('2026-01-01')))).toBe('2024-02-29T00:00:00.000Z')
  })

  test('a calendar without days has no ticks', () => {
    const never = on('0 2 * * *', 'UTC', { weekdays: [], holidays: [] })
    expect([nextTick(never, tick), previousTick(never, tick)]).toEqual([null, null])
  })

  test('day of month or day of week is enough when both are given', () => {
    expect(ticks(on('0 0 13 * 5'), '2026-11-01', '2026-11-21')).toEqual([
      '2026-11-06T00:00:00.000Z',
      '2026-11-13T00:00:00.000Z',
      '2026-11-20T00:00:00.000Z',
    ])
  })
})

describe('when clocks change', () => {
  test('a skipped time runs once, shifted by the gap', () => {
    expect(ticks(on('30 2 * * *', 'America/New_York'), '2026-03-07T12:00', '2026-03-09T12:00')).toEqual([
      '2026-03-08T07:30:00.000Z',
      '2026-03-09T06:30:00.000Z',
    ])
    expect(ticks(on('30 2 * * *', 'Europe/Berlin'), '2026-03-29T00:00', '2026-03-30T00:00')).toEqual(['2026-03-29T01:30:00.000Z'])
    expect(ticks(on('10 2 * * *', 'Australia/Lord_Howe'), '2026-10-03T12:00', '2026-10-04T12:00')).toEqual(['2026-10-03T15:40:00.000Z'])
  })

  test('a shifted time that meets another runs once', () => {
    expect(ticks(on('30 2,3 * * *', 'America/New_York'), '2026-03-08T05:00', '2026-03-09T04:00')).toEqual(['2026-03-08T07:30:00.000Z'])
  })

  test('a repeated time of a daily line runs once, at its first occurrence', () => {
    expect(ticks(on('30 1 * * *', 'America/New_York'), '2026-11-01T04:00', '2026-11-02T05:00')).toEqual(['2026-11-01T05:30:00.000Z'])
    expect(ticks(on('30 2 * * *', 'Europe/Berlin'), '2026-10-24T22:00', '2026-10-25T23:00')).toEqual(['2026-10-25T00:30:00.000Z'])
    expect(ticks(on('45 1 * * *', 'Australia/Lord_Howe'), '2026-04-04T13:00', '2026-04-05T13:30')).toEqual(['2026-04-04T14:45:00.000Z'])
  })

  test('a line that leaves out one hour runs once for each time on the wall, also where clocks go back over it', () => {
    expect(ticks(on('30 0-22 * * *', 'America/New_York'), '2026-11-01T05:00', '2026-11-01T08:00')).toEqual([
      '2026-11-01T05:30:00.000Z',
      '2026-11-01T07:30:00.000Z',
    ])
  })

  test('a line that runs every hour or oftener follows real time', () => {
    const gaps = (schedule: Schedule, from: string, to: string) => {
      const found = ticksBetween(schedule, at(from), at(to))
      return new Set(found.slice(1).map((tick, index) => (tick - (found[index] ?? 0)) / MINUTE_MS))
    }
    for (const [zone, from, to] of [
      ['America/New_York', '2026-03-07', '2026-03-10'],
      ['America/New_York', '2026-10-31', '2026-11-03'],
      ['Europe/Berlin', '2026-10-24', '2026-10-27'],
    ] as const) {
      expect(gaps(on('0 * * * *', zone), from, to)).toEqual(new Set([60]))
      expect(gaps(on('*/15 * * * *', zone), from, to)).toEqual(new Set([15]))
    }
  })

  test('a day that the zone skipped adds no second run to the next one', () => {
    const found = ticksBetween(on('0 2 * * *', 'Pacific/Apia'), at('2011-12-28T00:00'), at('2012-01-02T00:00'))
    expect(found.map((tick) => localDay(tick, 'Pacific/Apia'))).toEqual([
      '2011-12-28',
      '2011-12-29',
      '2011-12-31',
      '2012-01-01',
      '2012-01-02',
    ])
  })

  test('nightly runs keep their wall time all year', () => {
    const schedule = on('0 5 * * *', 'America/New_York')
    const found = ticksBetween(schedule, at('2026-01-01'), at('2027-01-01'))
    expect(found).toHaveLength(365)
    expect(new Set(found.map((tick) => timeOfDay(tick, 'America/New_York')))).toEqual(new Set(['05:00']))
  })
})

describe('business calendars', () => {
  test('remove ticks of days that do not count, by the local date', () => {
    const schedule = on('0 22 * * *', 'America/New_York', { weekdays: [1, 2, 3, 4, 5], holidays: ['2026-11-26'] })
    const days = ticksBetween(schedule, at('2026-11-20T05:00'), at('2026-12-01T05:00')).map((tick) => localDay(tick, 'America/New_York'))
    expect(days).toEqual(['2026-11-20', '2026-11-23', '2026-11-24', '2026-11-25', '2026-11-27', '2026-11-30'])
  })
})

describe('whatever the line and the zone', () => {
  const aSchedule = fc.record({
    cron: fc.constantFrom(
      '0 2 * * *',
      '30 1,2 * * *',
      '*/20 * * * *',
      '0 0 * * *',
      '15 */2 * * *',
      '0 3 * * 0',
      '59 23 L * *',
      '0 6 1-7 * 1',
    ),
    zone: fc.constantFrom('UTC', 'America/New_York', 'Europe/Berlin', 'Australia/Lord_Howe', 'America/Sao_Paulo', 'Pacific/Apia'),
    calendar: fc.constantFrom(null, { weekdays: [1, 2, 3, 4, 5], holidays: ['2026-12-25'] }),
  })
  const anInstant = fc.integer({ min: at('2008-01-01') / MINUTE_MS, max: at('2030-01-01') / MINUTE_MS }).map((m) => m * MINUTE_MS)

  test('walking forwards and backwards meets the same ticks', () => {
    fc.assert(
      fc.property(aSchedule, anInstant, (schedule, from) => {
        const forwards: number[] = []
        for (let t = nextTick(schedule, from); t !== null && forwards.length < 20; t = nextTick(schedule, t)) forwards.push(t)
        const backwards: number[] = []
        for (let t = forwards.at(-1) ?? null; t !== null && t > from; t = previousTick(schedule, t - 1)) backwards.unshift(t)
        expect(backwards).toEqual(forwards)
        expect(ticksBetween(schedule, from + 1, (forwards.at(-1) ?? 0) + 1)).toEqual(forwards)
      }),
    )
  })
})
