import { describe, expect, test } from 'vitest'
import { causesAt, incidentsOf, minute } from '#lib/testing/incidents/cause-changes.ts'
import type { CausesAt, Incident } from './incident.ts'
import { handlingAt, type Said, timelineOf } from './said.ts'

const late = causesAt(0, { 'asset:1': { holds: [], status: 'late' } })
const incidentOf = (...changes: CausesAt[]): Incident => incidentsOf(changes)[0] ?? expect.fail('no incident')
const acknowledged = (at: number, by: string): Said => ({ at: minute(at), by, kind: 'acknowledged' })
const assigned = (at: number, to: string | null): Said => ({ at: minute(at), by: 'Ada', kind: 'assigned', to })
const snoozed = (at: number, until: number | null): Said => ({
  at: minute(at),
  by: 'Ada',
  kind: 'snoozed',
  until: until === null ? null : minute(until),
})
const NOBODY = { acknowledged: null, assignee: null, snoozedUntil: null }

describe('how an incident is handled', () => {
  test('is said by nobody at first, and by nobody before it is said', () => {
    expect(handlingAt(incidentOf(late), [], minute(5))).toEqual(NOBODY)
    expect(handlingAt(incidentOf(late), [acknowledged(9, 'Ada'), assigned(9, 'Ben'), snoozed(9, 60)], minute(8))).toEqual(NOBODY)
  })

  test('is as the first acknowledged it and the last assigned it', () => {
    const said = [acknowledged(5, 'Ada'), acknowledged(6, 'Ben'), assigned(5, 'Ada'), assigned(7, 'Ben')]
    expect(handlingAt(incidentOf(late), said, minute(9))).toMatchObject({ acknowledged: { at: minute(5), by: 'Ada' }, assignee: 'Ben' })
    expect(handlingAt(incidentOf(late), [...said, assigned(8, null)], minute(9)).assignee).toBeNull()
  })

  test('stays so when it comes back within 15 minutes', () => {
    const back = incidentOf(late, causesAt(20), causesAt(30, { 'asset:1': { holds: [], status: 'late' } }))
    expect(handlingAt(back, [acknowledged(5, 'Ada')], minute(40)).acknowledged).toMatchObject({ by: 'Ada' })
  })
})

describe('a snooze', () => {
  const until = (incident: Incident, at: number, ...more: Said[]) =>
    handlingAt(incident, [snoozed(5, 60), ...more], minute(at)).snoozedUntil

  test('lasts until its time, or until somebody ends it or sets another', () => {
    expect([until(incidentOf(late), 59), until(incidentOf(late), 60)]).toEqual([minute(60), null])
    expect(until(incidentOf(late), 30, snoozed(20, null))).toBeNull()
    expect(until(incidentOf(late), 70, snoozed(20, 90))).toBe(minute(90))
  })

  test('goes on when one of two causes is well', () => {
    const left = (at: number, ...ids: number[]) =>
      causesAt(at, Object.fromEntries(ids.map((id) => [`asset:${id}` as const, { holds: [], since: 0, status: 'late' as const }])))
    const both = incidentOf(causesAt(0, { 'connection:sap': { holds: [1, 2], status: 'late' } }), left(4, 1, 2), left(20, 1))
    expect(until(both, 40)).toBe(minute(60))
  })

  test('ends when the incident goes on in an older one', () => {
    const both = causesAt(2, { 'asset:2': { holds: [], since: 0 }, 'asset:1': [] })
    const [, younger] = incidentsOf([
      causesAt(0, { 'asset:2': [] }),
      both,
      causesAt(20, { 'connection:sap': { holds: [1, 2], since: -5 } }),
    ])
    expect([19, 20].map((at) => until(younger ?? expect.fail('no incident'), at))).toEqual([minute(60), null])
  })

  test.each<[string, CausesAt, number | null]>([
    ['ends when the incident gets worse', causesAt(20, { 'asset:1': { holds: [], since: 0, status: 'stale' } }), null],
    ['ends when it has another cause', causesAt(20, { 'connection:sap': { holds: [1], status: 'late' } }), null],
    ['ends when the facts end it', causesAt(20), null],
    ['goes on when it gets better', causesAt(20, { 'asset:1': { holds: [], since: 0, status: 'unknown' } }), minute(60)],
    ['goes on when more come down', causesAt(20, { 'asset:1': { holds: [2], since: 0, status: 'late' } }), minute(60)],
  ])('%s', (_case, change, end) => {
    expect(until(incidentOf(late, change), 40)).toBe(end)
  })
})

describe('the timeline', () => {
  const said: Said[] = [
    { at: minute(20), by: 'Ada', kind: 'updated', text: 'SAP is asked.' },
    { at: minute(5), by: 'Ada', kind: 'noted', text: 'The certificate?' },
    { at: minute(60), by: 'Ben', kind: 'linked', to: { kind: 'run', id: '1' } },
    { at: minute(90), by: 'Ben', kind: 'postmortem', text: 'It was the certificate.' },
  ]

  test('has what the facts and what people say in order of time, the facts first', () => {
    const kinds = timelineOf(incidentOf(late, causesAt(60)), said).map(({ kind }) => kind)
    expect(kinds).toEqual(['opened', 'noted', 'updated', 'resolved', 'linked', 'postmortem'])
  })

  test('and nothing anybody says ends what the facts hold open', () => {
    const open = incidentOf(late)
    const entries = timelineOf(open, [...said, acknowledged(95, 'Ada'), assigned(95, null), snoozed(95, 99)])
    expect([open.end, entries.some(({ kind }) => kind === 'resolved')]).toEqual([null, false])
  })
})
