import { describe, expect, it } from 'vitest'
import { at, iso } from '#lib/testing/history/domain-builders.ts'
import { DAY_MS, HOUR_MS, type Instant } from './instant.ts'
import { firstOverlap, nextStretch, type Recurrence, stretchesBetween } from './recurrence.ts'

const NEW_YORK = 'America/New_York'
const weekly = (weekdays: number[], own: Partial<Recurrence> = {}, interval = 1): Recurrence => ({
  days: { every: 'week', interval, weekdays },
  from: '02:00',
  to: '04:00',
  firstDay: '2026-01-01',
  lastDay: null,
  zone: NEW_YORK,
  ...own,
})
const monthly = (monthDay: number, own: Partial<Recurrence> = {}, interval = 1): Recurrence => ({
  ...weekly([], own),
  days: { every: 'month', interval, monthDay },
})
const between = (recurrence: Recurrence, from: string, to: string) =>
  stretchesBetween(recurrence, at(from), at(to)).map((one) => `${short(one.from)} ${short(one.to)}`)
const short = (instant: Instant) => iso(instant)?.slice(0, 16)
const days = (recurrence: Recurrence, from: string, to: string) => between(recurrence, from, to).map((one) => one.slice(0, 10))

describe('days that come again', () => {
  it('are weekdays by the clocks of a zone', () => {
    expect(between(weekly([7]), '2026-11-29T00:00', '2026-12-14T00:00')).toEqual([
      '2026-11-29T07:00 2026-11-29T09:00',
      '2026-12-06T07:00 2026-12-06T09:00',
      '2026-12-13T07:00 2026-12-13T09:00',
    ])
  })

  it('count weeks from the Monday of the first one', () => {
    const utc = { zone: 'UTC', firstDay: '2026-12-02' }
    expect(days(weekly([1, 3], utc, 2), '2026-11-01T00:00', '2027-01-06T00:00')).toEqual([
      '2026-12-02',
      '2026-12-14',
      '2026-12-16',
      '2026-12-28',
      '2026-12-30',
    ])
  })

  it('are the last of a month that is too short, also in February', () => {
    expect(days(monthly(31, { zone: 'UTC' }), '2027-12-01T00:00', '2028-05-01T00:00')).toEqual([
      '2027-12-31',
      '2028-01-31',
      '2028-02-29',
      '2028-03-31',
      '2028-04-30',
    ])
    expect(days(monthly(30, { zone: 'UTC', firstDay: '2026-11-05' }, 3), '2026-01-01T00:00', '2027-06-01T00:00')).toEqual([
      '2026-11-30',
      '2027-02-28',
      '2027-05-30',
    ])
  })

  it('begin with the first day and end with the last, both included', () => {
    const recurrence = weekly([1, 2, 3, 4, 5, 6, 7], { zone: 'UTC', firstDay: '2026-12-05', lastDay: '2026-12-07' })
    expect(days(recurrence, '2026-01-01T00:00', '2027-01-01T00:00')).toEqual(['2026-12-05', '2026-12-06', '2026-12-07'])
  })

  it('reach into the next one where the end is not later than the begin', () => {
    expect(between(weekly([1], { zone: 'UTC', from: '22:00', to: '02:00' }), '2026-12-01T00:00', '2026-12-08T00:00')).toEqual([
      '2026-12-07T22:00 2026-12-08T02:00',
    ])
    expect(between(weekly([6, 7], { zone: 'UTC', from: '00:00', to: '00:00' }), '2026-12-05T00:00', '2026-12-07T00:00')).toEqual([
      '2026-12-05T00:00 2026-12-06T00:00',
      '2026-12-06T00:00 2026-12-07T00:00',
    ])
  })
})

describe('where clocks are set forward', () => {
  const on = (from: string, to: string, zone = NEW_YORK) => between(weekly([7], { from, to, zone }), '2026-03-08T00:00', '2026-03-09T12:00')
  it.each([
    ['02:00', '04:00', '07:00 08:00', 'a skipped begin is shifted by the gap, and the end is what the clocks show'],
    ['02:15', '02:45', '07:15 07:45', 'what is skipped whole is shifted whole'],
    ['02:30', '03:00', '07:30 08:00', 'of which nothing would be left keeps its length'],
    ['01:30', '02:30', '06:30 07:30', 'a skipped end is shifted by the gap'],
    ['01:30', '03:30', '06:30 07:30', 'a night is shorter by the gap'],
  ])('%s to %s: %s UTC: %s', (from, to, expected) => {
    expect(on(from, to)).toEqual([
      expected
        .split(' ')
        .map((time) => `2026-03-08T${time}`)
        .join(' '),
    ])
  })

  it('by half an hour only, it shifts by half an hour', () => {
    expect(
      between(weekly([7], { from: '02:10', to: '02:20', zone: 'Australia/Lord_Howe' }), '2026-10-03T00:00', '2026-10-05T00:00'),
    ).toEqual(['2026-10-03T15:40 2026-10-03T15:50'])
  })
})

describe('where clocks are set back', () => {
  const on = (from: string, to: string) => between(weekly([7], { from, to }), '2026-11-01T00:00', '2026-11-02T12:00')
  it.each([
    ['01:00', '02:00', '05:00 07:00', 'an hour that comes twice is covered twice'],
    ['01:15', '01:45', '05:15 05:45', 'of what comes twice the first is meant'],
    ['00:30', '01:30', '04:30 05:30', 'a repeated end is the first'],
    ['01:30', '03:00', '05:30 08:00', 'a repeated begin is the first'],
  ])('%s to %s: %s UTC: %s', (from, to, expected) => {
    expect(on(from, to)).toEqual([
      expected
        .split(' ')
        .map((time) => `2026-11-01T${time}`)
        .join(' '),
    ])
  })
})

describe('stretches', () => {
  const everyDay = [1, 2, 3, 4, 5, 6, 7]
  const ZONES = ['UTC', NEW_YORK, 'Australia/Lord_Howe', 'Pacific/Apia', 'America/Havana', 'Africa/Casablanca', 'Europe/Dublin']
  const TIMES = ['00:00', '00:30', '01:30', '02:00', '02:30', '03:00', '23:30']
  const all = ZONES.flatMap((zone) => TIMES.flatMap((from) => TIMES.map((to) => ({ zone, from, to }))))

  it.each(ZONES)('in %s never lie over each other, are never empty, and last no longer than a day and a change of clocks', (zone) => {
    const cases = all.filter((one) => one.zone === zone)
    expect(cases.length).toBe(TIMES.length ** 2)
    for (const own of cases) {
      for (const year of [2011, 2026]) {
        const recurrence = weekly(everyDay, { ...own, firstDay: `${year}-01-01` })
        const found = stretchesBetween(recurrence, Date.UTC(year, 0, 1), Date.UTC(year + 1, 0, 8))
        expect(found.length).toBeGreaterThan(360)
        const wrong = found.filter(({ from, to }, index) => to <= from || to - from > 25 * HOUR_MS || from < (found[index - 1]?.to ?? 0))
        expect(wrong.map(({ from, to }) => `${own.from}–${own.to}: ${short(from)} ${short(to)}`)).toEqual([])
      }
    }
  })

  it('are the same whatever part of time is asked for, a day that clocks skipped whole included', () => {
    for (const own of all.filter(({ zone }) => zone === 'Pacific/Apia' || zone === NEW_YORK)) {
      const recurrence = weekly(everyDay, { ...own, firstDay: '2011-01-01' })
      const [from, to] = [at('2011-12-20T00:00'), at('2012-01-10T00:00')]
      const whole = stretchesBetween(recurrence, from, to)
      const pieces: unknown[] = []
      for (let start = from; start < to; start += 7 * HOUR_MS)
        pieces.push(...stretchesBetween(recurrence, start, Math.min(to, start + 7 * HOUR_MS)))
      expect(pieces).toEqual(whole)
    }
  })
})

describe('the next stretch', () => {
  it('begins after an instant, however rare it is', () => {
    const sunday = at('2026-12-06T07:00')
    expect(nextStretch(weekly([7]), sunday - 1)?.from).toBe(sunday)
    expect(nextStretch(weekly([7]), sunday)?.from).toBe(sunday + 7 * DAY_MS)
    expect(short(nextStretch(monthly(31, { firstDay: '2026-01-05', zone: 'UTC' }, 12), at('2026-02-01T00:00'))?.from ?? 0)).toBe(
      '2027-01-31T02:00',
    )
  })

  it('is looked for from the first day on, however far that lies ahead, and is none after the last', () => {
    expect(short(nextStretch(weekly([7], { firstDay: '2031-01-01', zone: 'UTC' }), at('2026-12-01T00:00'))?.from ?? 0)).toBe(
      '2031-01-05T02:00',
    )
    expect(nextStretch(weekly([7], { lastDay: '2026-12-06' }), at('2026-12-06T07:00'))).toBeNull()
  })
})

describe('two that come again', () => {
  const [from, to] = [at('2026-12-01T00:00'), at('2028-01-01T00:00')]
  it('lie over each other where one begins before the other has ended', () => {
    expect(short(firstOverlap(weekly([7]), monthly(14, { from: '03:30', to: '05:00' }), from, to) ?? 0)).toBe('2027-02-14T08:30')
  })

  it('that only touch do not', () => {
    expect(firstOverlap(weekly([7]), weekly([7], { from: '04:00', to: '06:00' }), from, to)).toBeNull()
    expect(firstOverlap(weekly([7]), weekly([6], { from: '22:00', to: '02:00' }), from, to)).toBeNull()
  })

  it('do so also when one of them is going on', () => {
    const during = at('2026-12-06T08:00')
    expect(firstOverlap(weekly([7]), weekly([7], { from: '03:00', to: '05:00' }), during, during + HOUR_MS)).toBe(during)
  })
})
