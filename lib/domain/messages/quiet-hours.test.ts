import { describe, expect, test } from 'vitest'
import { nextOfTimes, quietUntil } from './quiet-hours.ts'

const NEW_YORK = 'America/New_York'
const NIGHT = { from: '22:00', to: '07:00' }
const iso = (at: number | null) => (at === null ? null : new Date(at).toISOString())
const until = (at: string, quiet = NIGHT, zone = NEW_YORK) => iso(quietUntil(Date.parse(at), quiet, zone))

describe('quiet hours', () => {
  test.each([
    ['a minute before they begin', '2026-11-21T02:59:00Z', null],
    ['as they begin', '2026-11-21T03:00:00Z', '2026-11-21T12:00:00.000Z'],
    ['after midnight', '2026-11-21T08:00:00Z', '2026-11-21T12:00:00.000Z'],
    ['as they end', '2026-11-21T12:00:00Z', null],
    ['at noon', '2026-11-21T17:00:00Z', null],
  ])('over midnight hold what happens %s', (_, at, end) => {
    expect(until(at)).toBe(end)
  })

  test.each([
    ['in the night that is an hour shorter', '2026-03-08T03:00:00Z', '2026-03-08T11:00:00.000Z', 8],
    ['in the night that is an hour longer', '2026-11-01T02:00:00Z', '2026-11-01T12:00:00.000Z', 10],
  ])('last from ten to seven on the wall %s', (_, from, end, hours) => {
    expect(until(new Date(Date.parse(from) - 1).toISOString())).toBeNull()
    expect(until(from)).toBe(end)
    expect(until(new Date(Date.parse(end) - 1).toISOString())).toBe(end)
    expect(until(end)).toBeNull()
    expect((Date.parse(end) - Date.parse(from)) / 3_600_000).toBe(hours)
  })

  test('that end at a time which clocks skip end where they have gone on to', () => {
    expect(until('2026-03-08T05:00:00Z', { from: '23:00', to: '02:30' })).toBe('2026-03-08T07:30:00.000Z')
  })

  test('that end at a time which comes twice end at the first', () => {
    expect(until('2026-11-01T05:00:00Z', { from: '23:00', to: '01:30' })).toBe('2026-11-01T05:30:00.000Z')
    expect(until('2026-11-01T06:00:00Z', { from: '23:00', to: '01:30' })).toBeNull()
  })

  test('within a day begin and end on it', () => {
    const noon = { from: '12:00', to: '13:00' }
    expect(until('2026-11-20T17:30:00Z', noon)).toBe('2026-11-20T18:00:00.000Z')
    expect(until('2026-11-20T18:00:00Z', noon)).toBeNull()
  })
})

describe('the times of a digest', () => {
  const next = (at: string, ...times: string[]) => iso(nextOfTimes(Date.parse(at), times, NEW_YORK))

  test('are asked for in any order, and one that is now counts', () => {
    expect(next('2026-11-20T13:00:00Z', '16:00', '08:00')).toBe('2026-11-20T13:00:00.000Z')
    expect(next('2026-11-20T13:00:00.001Z', '16:00', '08:00')).toBe('2026-11-20T21:00:00.000Z')
    expect(next('2026-11-20T21:00:01Z', '16:00', '08:00')).toBe('2026-11-21T13:00:00.000Z')
  })

  test('keep to the wall when clocks change overnight', () => {
    expect(next('2026-03-07T14:00:00Z', '08:00')).toBe('2026-03-08T12:00:00.000Z')
    expect(next('2026-10-31T13:00:00Z', '08:00')).toBe('2026-11-01T13:00:00.000Z')
  })
})
