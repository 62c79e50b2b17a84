import { describe, expect, it } from 'vitest'
import { REASONS, STATUSES } from '#lib/domain/freshness/status.ts'
import { HOUR_MS } from '#lib/domain/time/instant.ts'
import { causeInWords } from './cause-words.ts'
import { type EmbedStanding, embedInWords } from './embed-words.ts'
import { UNSEEN } from './words.ts'

/** Wednesday, nine in the morning in New York. */
const NOW = Date.parse('2026-11-18T14:00:00Z')
const PLACE = { now: NOW, zone: 'America/New_York' }
const TUESDAY = Date.parse('2026-11-17T11:41:00Z')

const WELL: EmbedStanding = {
  ...{ status: 'fresh', reason: 'on-time', since: TUESDAY, brokenSince: null, cause: { of: 'itself' } },
  ...{ asOf: { at: NOW - 2 * HOUR_MS, isDay: false, by: 'data' }, weakBy: null, feeds: null, silentSince: undefined },
}
const LATE: EmbedStanding = {
  ...WELL,
  ...{ status: 'late', reason: 'blocked', since: NOW - 2 * HOUR_MS, brokenSince: NOW - 2 * HOUR_MS },
  asOf: { at: TUESDAY, isDay: false, by: 'data' },
}
const words = (standing: EmbedStanding) => embedInWords('Orders', standing, PLACE)
const said = (standing: EmbedStanding) => {
  const { standing: stands, reach, problem } = words(standing)
  return [stands, reach, problem]
}

describe('what an embed says', () => {
  it('of data that are there is how far they reach, on the day itself by the time alone', () => {
    expect(said(WELL)).toEqual(['Fresh', 'Data as of 07:00', null])
  })

  it('of an earlier day names weekday and zone, of one longer ago the date, of one known by its day no time', () => {
    const at = (iso: string, isDay = false) => said({ ...WELL, asOf: { at: Date.parse(iso), isDay, by: 'data' } })[1]
    expect(at('2026-11-17T11:41:00Z')).toBe('Data as of Tue 06:41 EST')
    expect(at('2026-10-30T10:41:00Z')).toBe('Data as of 30 Oct 06:41 EDT')
    expect(at('2025-10-30T10:41:00Z')).toBe('Data as of 30 Oct 2025 06:41 EDT')
    expect(at('2026-11-17T12:00:00Z', true)).toBe('Data as of Tue 17 Nov')
    expect(at('2026-11-19T12:00:00Z')).toBe('Data as of 19 Nov 07:00 EST')
  })

  it('names what broke first, and since when', () => {
    expect(said({ ...LATE, cause: { of: 'named', name: 'Shipments', reason: 'run-failed' } })).toEqual([
      'Late since 07:00',
      'Data as of Tue 06:41 EST',
      '2 h late because the load of Shipments failed',
    ])
    expect(said({ ...LATE, reason: 'overdue' })[2]).toBe('2 h late because nothing has arrived since it was due')
    expect(said({ ...LATE, cause: { of: 'unseen' } })[2]).toBe(`2 h late because of ${UNSEEN}`)
  })

  it('counts how late something is from when it turned late, also once it is stale', () => {
    const standing = { ...LATE, status: 'stale' as const, since: NOW - HOUR_MS, brokenSince: NOW - 50 * HOUR_MS }
    expect(said(standing)).toEqual([
      'Stale since 08:00',
      'Data as of Tue 06:41 EST',
      '2 d late because something it is made from is not fresh',
    ])
  })

  it('counts to the minute', () => {
    const lateFor = (ms: number) => said({ ...LATE, reason: null, brokenSince: NOW - ms })[2]
    expect([lateFor(59_000), lateFor(2 * HOUR_MS + 61_000), lateFor(2 * HOUR_MS + 1000)]).toEqual([
      'Under a minute late',
      '2 h 1 min late',
      '2 h late',
    ])
  })

  it('of what cannot be seen is why', () => {
    const unknown = { ...LATE, status: 'unknown' as const, reason: 'source-unreachable' as const }
    expect(said(unknown)[2]).toBe('The system it lives in cannot be looked at')
    expect(said({ ...unknown, cause: { of: 'unseen' } })[2]).toBe(`Because of ${UNSEEN}`)
  })

  it('of a group is how many of its feeds are fresh, and which are not', () => {
    const group = { ...LATE, asOf: null, feeds: { judged: 14, fresh: 10, worst: ['Terms', 'Courses', 'People', 'Rooms'] } }
    expect(said(group)).toEqual(['Late since 07:00', '10 of 14 feeds fresh', 'Terms, Courses and 2 more are late'])
    expect(said({ ...group, feeds: { judged: 1, fresh: 0, worst: ['Terms'] } }).slice(1)).toEqual(['0 of 1 feed fresh', 'Terms is late'])
  })

  it('is never fresh while nobody looks, and what was late stays late', () => {
    expect(said({ ...WELL, silentSince: TUESDAY })).toEqual([
      'Unknown since Tue 06:41 EST',
      'Data as of 07:00',
      'Nothing has been checked since Tue 06:41 EST',
    ])
    expect(words({ ...WELL, silentSince: null })).toMatchObject({
      status: 'unknown',
      standing: 'Unknown',
      problem: 'Nothing has been checked yet',
    })
    expect(words({ ...LATE, silentSince: TUESDAY })).toMatchObject({
      status: 'late',
      problem: 'Nothing has been checked since Tue 06:41 EST. 2 h late because something it is made from is not fresh',
    })
    for (const status of STATUSES) expect(words({ ...WELL, status, silentSince: TUESDAY }).status).not.toBe('fresh')
  })

  it('says of weak evidence that it is weak, and of what nothing is promised about that it is not judged', () => {
    expect(said({ ...WELL, weakBy: 'counters' })[0]).toBe('Fresh, by counters, weak')
    expect(said({ ...WELL, status: null, reason: null })).toEqual(['Not judged', 'Data as of 07:00', null])
  })

  it('stands whole in one text, and where only the last load tells how far the data reach says that it is that', () => {
    const loaded = { ...LATE, reason: 'run-failed' as const, asOf: { at: TUESDAY, isDay: false, by: 'load' as const } }
    expect(said(loaded)[1]).toBe('Last loaded Tue 06:41 EST')
    expect(words(loaded).whole).toBe('Orders: late since 07:00. Last loaded Tue 06:41 EST. 2 h late because its load failed.')
  })

  it('has words for every reason, with and without a name', () => {
    for (const reason of REASONS) {
      expect(causeInWords(reason, 'Orders'), reason).toContain('Orders')
      expect(causeInWords(reason, null) ?? 'none', reason).not.toMatch(/undefined|null/)
    }
  })
})
