import { describe, expect, it } from 'vitest'
import { DAY_MS, HOUR_MS } from '#lib/domain/time/instant.ts'
import { aDeadline, anAge, calendarDays } from '#lib/testing/history/domain-builders.ts'
import { isJudgedByLoads, type PolicySurroundings, resolvePolicies, toCalendar } from './written-policy.ts'

const work = { weekdays: [1, 2, 3, 4, 5], holidays: [] }
const around: PolicySurroundings = {
  zone: 'Europe/Berlin',
  readyBy: '07:30',
  calendars: new Map([['work', work]]),
  flow: null,
  hasClock: true,
}
const loadedBy = (cron: string, timeoutMs: number, zone = 'Europe/Berlin') => ({ ...around, flow: { cron, zone, timeoutMs } })
const days = { kind: 'calendar-days', lateAfterDays: 1, staleAfterDays: 3 } as const

describe('a written policy', () => {
  it('takes zone and hour from where it stands', () => {
    expect(resolvePolicies([days], around)).toEqual([{ ...days, clock: null, zone: 'Europe/Berlin', calendar: null, by: '07:30' }])
  })

  it('keeps what it says itself', () => {
    const written = { ...days, clock: 'writtenAt', zone: 'UTC', calendar: 'work', by: '12:00' } as const
    expect(resolvePolicies([written], loadedBy('0 1 * * *', HOUR_MS))).toEqual([{ ...written, calendar: work }])
  })

  it('in a list is resolved like any other, and a list wins as a whole', () => {
    const list = [{ kind: 'none' } as const, { kind: 'age', lateAfter: HOUR_MS, staleAfter: DAY_MS } as const]
    expect(resolvePolicies([undefined, list, days], around)).toEqual([
      { kind: 'none' },
      { kind: 'age', clock: null, zone: 'Europe/Berlin', calendar: null, lateAfterMs: HOUR_MS, staleAfterMs: DAY_MS },
    ])
  })

  it('of a deadline keeps its own limits', () => {
    const written = { kind: 'deadline', cron: '0 6 * * *', grace: HOUR_MS, staleAfter: 2 * HOUR_MS, opensBefore: 3 * HOUR_MS } as const
    expect(resolvePolicies([written], around)).toMatchObject([
      { graceMs: HOUR_MS, staleAfterMs: 2 * HOUR_MS, opensBeforeMs: 3 * HOUR_MS, zone: 'Europe/Berlin' },
    ])
  })

  it.each([
    ['0 2 * * *', 0.5, 'Europe/Berlin', '02:30'],
    ['0 2 * * *', 9, 'Europe/Berlin', '06:00'],
    ['0 22 * * *', 4, 'Europe/Berlin', '23:59'],
    ['0 */6 * * *', 1, 'Europe/Berlin', '01:00'],
    ['0 23 * * *', 1, 'UTC', '01:00'],
  ])('of days expects the load of "%s" that may take %d h (%s) by %s', (cron, hours, zone, by) => {
    expect(resolvePolicies([days], loadedBy(cron, hours * HOUR_MS, zone))).toMatchObject([{ by }])
  })
})

describe('loads are the evidence', () => {
  it.each([
    [[], true],
    [[{ kind: 'none' } as const], true],
    [[calendarDays({ clock: null }), aDeadline({ clock: 'loadedAt' })], true],
    [[anAge({ clock: 'writtenAt' })], false],
    [[calendarDays({ clock: null }), anAge({ clock: 'dataThroughAt' })], false],
  ])('for %j: %s', (policies, expected) => {
    expect(isJudgedByLoads(policies)).toBe(expected)
  })
})

describe('a written calendar', () => {
  it.each([
    ['mon-fri', [1, 2, 3, 4, 5]],
    ['fri-mon', [1, 5, 6, 7]],
    ['mon-sun', [1, 2, 3, 4, 5, 6, 7]],
    ['SUN', [7]],
    ['mon-wed, tue-thu', [1, 2, 3, 4]],
    ['wed - fri', [3, 4, 5]],
  ])('"%s" counts the days %j', (weekdays, expected) => {
    expect(toCalendar({ weekdays, holidays: [] }).weekdays).toEqual(expected)
  })

  it('takes a list of names, and puts its holidays in order', () => {
    expect(toCalendar({ weekdays: ['sun', 'mon'], holidays: ['2026-12-25', '2026-01-01'] })).toEqual({
      weekdays: [1, 7],
      holidays: ['2026-01-01', '2026-12-25'],
    })
  })
})

describe('what has no clock', () => {
  const timeless = { ...around, hasClock: false }
  const follows = [{ kind: 'upstream' }]

  it('inherits no promise about one, and is as fresh as what it is made from', () => {
    expect(resolvePolicies([undefined, days], timeless)).toEqual(follows)
    expect(resolvePolicies([undefined, undefined, [days, { kind: 'none' }]], timeless)).toEqual(follows)
    expect(resolvePolicies([undefined, undefined, undefined], timeless)).toEqual(follows)
  })

  it('keeps what is written at itself', () => {
    expect(resolvePolicies([days, undefined], timeless)).toMatchObject([{ kind: 'calendar-days' }])
    expect(resolvePolicies([{ kind: 'none' }, days], timeless)).toEqual([{ kind: 'none' }])
  })

  it('inherits what asks for no clock', () => {
    expect(resolvePolicies([undefined, { kind: 'none' }, days], timeless)).toEqual([{ kind: 'none' }])
    expect(resolvePolicies([undefined, { kind: 'upstream' }], around)).toEqual(follows)
  })
})
