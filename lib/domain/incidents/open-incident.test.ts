import { describe, expect, test } from 'vitest'
import { causesAt, incidentsOf, keysOf, kindsOf, membersOf, minute, rootsOf } from '#lib/testing/incidents/cause-changes.ts'

describe('an incident ends', () => {
  const ended = [causesAt(0, { 'asset:1': [2] }), causesAt(60)]

  test('when nothing of it was unhealthy for 15 minutes, at the turn', () => {
    expect(incidentsOf(ended, 74)[0]?.end).toBeNull()
    expect(incidentsOf(ended, 75)[0]?.end).toEqual({ at: minute(60), how: 'resolved' })
    expect(incidentsOf(ended)[0]?.entries.at(-1)).toEqual({ at: minute(60), kind: 'resolved' })
  })

  test('and its stretches end at the turn, told or not', () => {
    const [one] = incidentsOf(ended, 61)
    expect([rootsOf(one), membersOf(one).map(([, , to]) => to), one?.statuses.at(-1)?.to]).toEqual([
      [['asset:1', 0, 60]],
      [60, 60],
      minute(60),
    ])
  })

  test('not while one member is unhealthy', () => {
    expect(incidentsOf([...ended.slice(0, 1), causesAt(60, { 'asset:2': { holds: [], since: 0 } })])[0]?.end).toBeNull()
  })
})

describe('an incident comes back', () => {
  test('as the same within 15 minutes', () => {
    const [one, ...others] = incidentsOf([causesAt(0, { 'asset:1': [2] }), causesAt(60), causesAt(74, { 'asset:1': [2, 3] })])
    expect(others).toEqual([])
    expect(one?.entries.slice(1)).toEqual([
      { at: minute(74), kind: 'reopened', wellSince: minute(60), roots: ['asset:1'], assetIds: [1, 2, 3] },
    ])
  })

  test('when one of its members is the cause, or what was its cause has one', () => {
    const before = [causesAt(0, { 'asset:1': [2] }), causesAt(60)]
    expect(keysOf([...before, causesAt(70, { 'asset:2': [] })])).toHaveLength(1)
    expect(keysOf([...before, causesAt(70, { 'connection:sap': [1, 5] })])).toHaveLength(1)
    expect(keysOf([...before, causesAt(75, { 'asset:2': [] })])).toHaveLength(2)
  })

  test('not for a member that was well for longer', () => {
    const before = [causesAt(0, { 'asset:1': [2] }), causesAt(10, { 'asset:1': { holds: [], since: 0 } }), causesAt(60)]
    expect(keysOf([...before, causesAt(70, { 'asset:2': [] })])).toHaveLength(2)
  })

  test('with a cause that comes back while what it left behind is still unhealthy', () => {
    const left = causesAt(60, { 'asset:1': { holds: [], since: 0 } })
    const again = (at: number) => causesAt(at, { 'asset:1': { holds: [], since: 0 }, 'connection:sap': [2] })
    expect(keysOf([causesAt(0, { 'connection:sap': [1] }), left, again(70)])).toHaveLength(1)
    expect(keysOf([causesAt(0, { 'connection:sap': [1] }), left, again(75)])).toHaveLength(2)
  })

  test('20 times in an hour: one incident, and each time on its timeline', () => {
    const flapping = Array.from({ length: 20 }, (_, time) => [causesAt(time * 3, { 'asset:1': [2] }), causesAt(time * 3 + 1)]).flat()
    const [one, ...others] = incidentsOf(flapping, 60)
    expect(others).toEqual([])
    expect(kindsOf(one)).toEqual(['opened', ...Array.from({ length: 19 }, () => 'reopened')])
    expect(kindsOf(incidentsOf(flapping)[0])).toHaveLength(21)
  })
})

describe('its status', () => {
  test('is the worst of its causes, and turns with them', () => {
    const [one] = incidentsOf([
      causesAt(0, { 'asset:1': { holds: [], status: 'late' } }),
      causesAt(5, { 'asset:1': { holds: [], status: 'stale', since: 0 } }),
      causesAt(9, { 'asset:1': { holds: [], status: 'unknown', since: 0 } }),
    ])
    expect(one?.entries.slice(1)).toEqual([
      { at: minute(5), kind: 'turned-worse', from: 'late', to: 'stale' },
      { at: minute(9), kind: 'turned-better', from: 'stale', to: 'unknown' },
    ])
    expect(one?.statuses.map(({ status }) => status)).toEqual(['late', 'stale', 'unknown'])
  })

  test('says nothing while another cause is as bad', () => {
    const both = (status: 'late' | 'stale') =>
      causesAt(status === 'late' ? 60 : 65, {
        'asset:1': { holds: [], status: 'stale', since: 0 },
        'asset:2': { holds: [], status, since: 0 },
      })
    const [one] = incidentsOf([causesAt(0, { 'connection:sap': [1, 2] }), both('late'), both('stale')])
    expect(kindsOf(one)).toEqual(['opened', 'root-changed'])
  })
})
