import { describe, expect, test } from 'vitest'
import { policyInputSchema } from '#lib/domain/freshness/policies/policy.ts'
import { ticksBetween } from '#lib/domain/time/cron.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '#lib/domain/time/instant.ts'
import { levelDuration } from './level-duration.ts'
import { levelInWords, levelPromises, levelViews } from './level-promises.ts'
import { serviceLevels } from './service-levels.ts'

type Written = NonNullable<Parameters<typeof serviceLevels>[0]['slaProperties']>[number]

const about = (...slaProperties: Written[]) => serviceLevels({ slaProperties }, ['orders', 'crm.orders'])
const policies = (...written: Written[]) => levelPromises(about(...written)).policies
const age = (lateAfter: number) => ({ kind: 'age', lateAfter, staleAfter: 2 * lateAfter })
const deadline = (cron: string, grace = 0, zone?: string) => ({ kind: 'deadline', cron, grace, ...(zone && { zone }) })

const LATENCY = { property: 'latency', value: 6, unit: 'h' }
const DAILY = { property: 'frequency', value: 1, unit: 'd' }
const WORKDAYS = { ...DAILY, scheduler: 'cron', schedule: '0 6 * * 1-5' }

describe('how long a service level is', () => {
  test.each<[string, string | null, number]>([
    ['90', 's', 90 * SECOND_MS],
    ['15', 'm', 15 * MINUTE_MS],
    ['15', 'minutes', 15 * MINUTE_MS],
    ['6', 'HR', 6 * HOUR_MS],
    ['6', 'hours', 6 * HOUR_MS],
    ['1.5', 'd', 1.5 * DAY_MS],
    ['2', null, 2 * DAY_MS],
    ['1', 'week', 7 * DAY_MS],
    ['3', 'mo', 90 * DAY_MS],
    ['3', 'months', 90 * DAY_MS],
    ['2', 'yr', 730 * DAY_MS],
    ['6h', null, 6 * HOUR_MS],
    ['6 h', 'd', 6 * HOUR_MS],
    ['PT6H', null, 6 * HOUR_MS],
    ['P1DT30M', 'd', DAY_MS + 30 * MINUTE_MS],
    ['P1M', null, 30 * DAY_MS],
  ])('%s in %s', (value, unit, ms) => {
    expect(levelDuration(value, unit)).toBe(ms)
  })

  test.each([
    ['0', 'd'],
    ['-1', 'd'],
    ['soon', null],
    ['6', 'fortnights'],
    ['P', null],
    ['99999999', 'y'],
    ['', null],
  ])('%s in %s is nothing that anybody could tell', (value, unit) => {
    expect(levelDuration(value, unit)).toBeNull()
  })
})

describe('service levels become promises', () => {
  test.each<[string, Written[], unknown[]]>([
    ['a latency is how old it may be', [LATENCY], [age(6 * HOUR_MS)]],
    ['by its short form or its older name', [{ property: 'LY', value: '2', unit: 'days' }], [age(2 * DAY_MS)]],
    ['the older name', [{ property: 'freshness', value: 'PT90M' }], [age(90 * MINUTE_MS)]],
    ['a rhythm leaves room', [DAILY], [age(36 * HOUR_MS)]],
    ['a latency comes on top of a rhythm', [DAILY, LATENCY], [age(30 * HOUR_MS)]],
    ['a line of cron is when it comes', [WORKDAYS], [deadline('0 6 * * 1-5', HOUR_MS)]],
    ['and a latency how long after', [LATENCY, WORKDAYS], [deadline('0 6 * * 1-5', 6 * HOUR_MS)]],
    ['a time of day is every day', [{ property: 'timeOfAvailability', value: '07:30' }], [deadline('30 7 * * *')]],
    ['on the days of the cron', [WORKDAYS, { property: 'timeofavailability', value: '9:00' }], [deadline('0 9 * * 1-5')]],
    ['with an offset', [{ property: 'timeOfAvailability', value: '07:00+01:00' }], [deadline('0 6 * * *', 0, 'UTC')]],
    ['over midnight', [{ property: 'timeOfAvailability', value: '22:15-0330' }], [deadline('45 1 * * *', 0, 'UTC')]],
    ['with a zone', [{ property: 'timeOfAvailability', value: '07:00 Europe/Paris' }], [deadline('0 7 * * *', 0, 'Europe/Paris')]],
    ['with Z', [DAILY, { property: 'timeOfAvailability', value: '07:00:00Z' }], [deadline('0 7 * * *', 0, 'UTC')]],
    [
      'and a rhythm of hours besides',
      [
        { property: 'fy', value: 2, unit: 'h' },
        { property: 'timeOfAvailability', value: '07:00' },
      ],
      [deadline('0 7 * * *'), age(3 * HOUR_MS)],
    ],
    [
      'a rhythm of weeks does not say on which day',
      [
        { ...DAILY, value: 7 },
        { property: 'timeOfAvailability', value: '07:00' },
      ],
      [age(252 * HOUR_MS)],
    ],
    ['another scheduler has lines of its own', [{ ...WORKDAYS, scheduler: 'autosys' }], [age(36 * HOUR_MS)]],
    ['a cron that is none', [{ ...WORKDAYS, schedule: 'daily' }], [age(36 * HOUR_MS)]],
    ['of two latencies the shorter', [{ ...LATENCY, value: 9 }, LATENCY], [age(6 * HOUR_MS)]],
    [
      'each time of day, as the example of the standard has them, is a promise',
      [
        { property: 'latency', value: 4, unit: 'd' },
        DAILY,
        { property: 'timeOfAvailability', value: '09:00-08:00' },
        { property: 'timeOfAvailability', value: '08:00-08:00' },
        { property: 'timeOfAvailability', value: 'soon' },
      ],
      [deadline('0 17 * * *', 0, 'UTC'), deadline('0 16 * * *', 0, 'UTC')],
    ],
    ['nothing of time', [{ property: 'availability', value: 99.9, unit: '%' }], []],
    ['nothing', [], []],
  ])('%s', (_, written, expected) => {
    expect(policies(...written)).toEqual(expected)
  })

  test('that a catalogue could be written with', () => {
    const all = [LATENCY, DAILY, WORKDAYS, { property: 'timeOfAvailability', value: '07:00+01:00' }]
    for (const one of all) {
      for (const policy of policies(one)) {
        const inWords = Object.fromEntries(
          Object.entries(policy).map(([key, value]) => [key, typeof value === 'number' ? `${value / SECOND_MS}s` : value]),
        )
        expect(policyInputSchema.parse(inWords)).toMatchObject(policy)
      }
    }
  })

  test('of the entity that they name, by its names or a field of it', () => {
    const elements = ['orders', 'ORDERS.loaded_at', 'crm.orders', 'customers', 'customers.at, orders.at', 'ordersX', ' ']
    expect(elements.map((element) => policies({ ...LATENCY, element }).length)).toEqual([1, 1, 1, 0, 1, 0, 1])
  })
})

describe('a time of another day in UTC', () => {
  const BEFORE = '00:30+01:00'
  const AFTER = '23:30-01:00'

  test.each<[string, string, string | null]>([
    ['* * 1-5', BEFORE, '* * 0,1,2,3,4'],
    ['* * MON-FRI', AFTER, '* * 2,3,4,5,6'],
    ['* * 0', BEFORE, '* * 6'],
    ['? * 6,7', AFTER, '* * 0,1'],
    ['1,15 * *', BEFORE, 'L,14 * *'],
    ['1,15 * *', AFTER, '2,16 * *'],
    ['2-5 3,6 *', BEFORE, '1,2,3,4 3,6 *'],
    ['10 * 1', AFTER, '11 * 2'],
    ['1 3 *', BEFORE, null],
    ['28 * *', AFTER, null],
    ['L * *', AFTER, null],
    ['* 6 *', BEFORE, null],
    ['* 6 1', BEFORE, null],
    ['* * 5#2', BEFORE, null],
  ])('on the days %s at %s', (days, value, shifted) => {
    const expected = shifted === null ? [] : [deadline(`30 ${value === BEFORE ? 23 : 0} ${shifted}`, 0, 'UTC')]
    expect(policies({ ...WORKDAYS, schedule: `0 6 ${days}` }, { property: 'timeOfAvailability', value })).toEqual(expected)
    if (shifted === null) return
    // What is written, read as if in UTC, and the same a day before or after.
    const ticks = (line: string) => ticksBetween({ cron: line, zone: 'UTC', calendar: null }, Date.UTC(2023, 0, 3), Date.UTC(2029, 0, 3))
    const by = (value === BEFORE ? -1 : 1) * DAY_MS
    const inside = (at: number) => at > Date.UTC(2023, 0, 5) && at < Date.UTC(2029, 0, 1)
    expect(ticks(`0 0 ${shifted}`).filter(inside)).toEqual(
      ticks(`0 0 ${days}`)
        .map((at) => at + by)
        .filter(inside),
    )
  })
})

describe('what has no counterpart', () => {
  const left = (...written: Written[]) => levelPromises(about(...written)).left.map(({ level, why }) => `${why}: ${levelInWords(level)}`)

  test('is told, and so is what nobody can read', () => {
    expect(
      left(
        { property: 're', value: 3, unit: 'y' },
        { property: 'av', value: '99.9', unit: '%' },
        { property: 'moonPhase', value: 'full' },
        { property: 'latency', value: 'soon' },
        { property: 'timeOfAvailability', value: 'early' },
        { property: 'frequency', value: 'often' },
      ),
    ).toEqual([
      'no-counterpart: retention 3 y',
      'no-counterpart: availability 99.9 %',
      'no-counterpart: moonPhase full',
      'unreadable: latency soon',
      'unreadable: time of availability early',
      'unreadable: frequency often',
    ])
  })

  test.each(['constructor', '__proto__', '__defineGetter__', 'toString'])(
    'is told by the name that its contract gives it, such as %s',
    (property) => {
      expect(left({ property, value: 3 })).toEqual([`no-counterpart: ${property} 3`])
      expect(policies({ property, value: 3 }, LATENCY)).toEqual(policies(LATENCY))
    },
  )

  const MORNINGS = { property: 'timeOfAvailability', value: '07:00' }

  test.each<[string, Written[], boolean]>([
    ['each day at a time', [DAILY, MORNINGS], false],
    ['on the days of a schedule at a time', [WORKDAYS, MORNINGS], false],
    ['by a schedule alone', [WORKDAYS], true],
    ['at a time, and nobody says how often', [MORNINGS], true],
    ['each week', [{ ...DAILY, value: 7 }, MORNINGS], true],
    ['each hour besides', [{ ...DAILY, unit: 'h' }, MORNINGS], true],
  ])('is a latency of what comes %s, unless a promise goes by it', (_, written, isJudged) => {
    const other = { ...LATENCY, value: 5 }
    expect(JSON.stringify(policies(...written, LATENCY)) !== JSON.stringify(policies(...written, other))).toBe(isJudged)
    expect(left(...written, LATENCY).filter((one) => one.includes('latency'))).toEqual(isJudged ? [] : ['no-counterpart: latency 6 h'])
  })

  test('is seen beside what is judged, where the contract is what the asset is judged by', () => {
    const levels = about(LATENCY, { property: 're', value: 3, unit: 'y' }, { property: 'ga', value: '2026-01-01' })
    expect(levelViews(levels, true)).toEqual([
      { words: 'latency 6 h', isJudged: true },
      { words: 'retention 3 y', isJudged: false },
    ])
    expect(levelViews(levels, false).map(({ isJudged }) => isJudged)).toEqual([false, false])
  })

  test('are not those that are judged, nor the days of a version', () => {
    expect(left(LATENCY, WORKDAYS, { property: 'ga', value: '2026-01-01' }, { property: 'el', value: '2027-01-01' })).toEqual([])
    expect(left(LATENCY, { ...LATENCY, value: 9 }), 'whoever keeps the shorter keeps both').toEqual([])
    expect(left(DAILY, { ...DAILY, value: 2 }), 'said twice').toEqual(['no-counterpart: frequency 2 d'])
    expect(policies(MORNINGS, { ...MORNINGS, value: '07:00:00' }), 'the same time, said of two fields').toEqual([deadline('0 7 * * *')])
    expect(left(MORNINGS, { ...MORNINGS, value: '07:00:00' })).toEqual([])
    expect(left({ ...DAILY, value: 7 }, MORNINGS)).toEqual(['no-counterpart: time of availability 07:00'])
    const ofAnotherDay = [
      { ...WORKDAYS, schedule: '0 6 31 * *' },
      { property: 'timeOfAvailability', value: '00:30+01:00' },
    ]
    expect([policies(...ofAnotherDay), left(...ofAnotherDay)]).toEqual([
      [],
      ['no-counterpart: frequency 1 d (0 6 31 * *)', 'no-counterpart: time of availability 00:30+01:00'],
    ])
  })
})
