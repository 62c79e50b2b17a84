import { describe, expect, test } from 'vitest'
import { causesAt, incidentsOf, keysOf, kindsOf, membersOf, minute, rootsOf } from '#lib/testing/incidents/cause-changes.ts'
import { foldIncidents } from './fold-incidents.ts'
import { NO_INCIDENTS } from './incident.ts'

describe('an incident opens', () => {
  test('with a cause that no other has to do with, and holds itself and what comes down to it', () => {
    const [one, ...others] = incidentsOf([causesAt(0, { 'asset:1': [2, 3] })])
    expect(others).toEqual([])
    expect(one).toMatchObject({ key: `asset:1@${minute(0)}`, openedAt: minute(0), end: null, cameFrom: null })
    expect(one?.entries).toEqual([{ at: minute(0), kind: 'opened', roots: ['asset:1'], assetIds: [1, 2, 3], cameFrom: null }])
    expect(membersOf(one)).toEqual([
      [1, 0, null],
      [2, 0, null],
      [3, 0, null],
    ])
  })

  test('for each of several causes that stand beside each other, even where both hold the same', () => {
    const both = [causesAt(0, { 'asset:1': [9] }), causesAt(5, { 'asset:1': { holds: [9], since: 0 }, 'connection:looker': [9, 8] })]
    expect(incidentsOf(both).map((one) => [one.roots.length, membersOf(one).map(([id]) => id), one.cameFrom])).toEqual([
      [1, [1, 9], null],
      [1, [8, 9], null],
    ])
  })

  test('not for what is down already and comes down to the same cause', () => {
    expect(keysOf([causesAt(0, { 'asset:1': [2] }), causesAt(5, { 'asset:1': [2, 3] })])).toHaveLength(1)
  })

  test('not for what holds nothing yet, and ends when that is so again', () => {
    const idle = (at: number) => causesAt(at, { 'connection:sap': { holds: [], since: 0, status: null } })
    expect(incidentsOf([idle(0)])).toEqual([])
    const [one] = incidentsOf([causesAt(5, { 'connection:sap': [1] }), idle(60)])
    expect(one?.end).toEqual({ at: minute(60), how: 'resolved' })
  })

  test('anew for a cause that was well for 15 minutes', () => {
    const twice = [causesAt(0, { 'asset:1': [] }), causesAt(60), causesAt(75, { 'asset:1': [] })]
    expect(keysOf(twice)).toEqual([`asset:1@${minute(0)}`, `asset:1@${minute(75)}`])
  })
})

describe('assets join and leave', () => {
  const [one] = incidentsOf([
    causesAt(0, { 'connection:sap': [1, 2] }),
    causesAt(5, { 'connection:sap': [3, 1, 2] }),
    causesAt(9, { 'connection:sap': [3, 1] }),
    causesAt(12, { 'connection:sap': [3, 1, 2] }),
  ])

  test('each time with an entry, and a stretch for each time they were in', () => {
    expect(one?.entries.slice(1)).toEqual([
      { at: minute(5), kind: 'joined', assetIds: [3] },
      { at: minute(9), kind: 'left', assetIds: [2] },
      { at: minute(12), kind: 'joined', assetIds: [2] },
    ])
    expect(membersOf(one)).toEqual([
      [1, 0, null],
      [2, 0, 9],
      [3, 5, null],
      [2, 12, null],
    ])
  })
})

describe('another cause', () => {
  test('that explains the one before goes on with the same incident', () => {
    const [one, ...others] = incidentsOf([causesAt(0, { 'asset:1': [2] }), causesAt(5, { 'connection:sap': [1, 2, 3] })])
    expect(others).toEqual([])
    expect(rootsOf(one)).toEqual([
      ['asset:1', 0, 5],
      ['connection:sap', 5, null],
    ])
    expect(one?.entries.slice(1)).toEqual([
      { at: minute(5), kind: 'root-changed', came: ['connection:sap'], went: ['asset:1'] },
      { at: minute(5), kind: 'joined', assetIds: [3] },
    ])
  })

  test('goes on with it, too, where the one before was a flow, whose assets it explains', () => {
    const [one, ...others] = incidentsOf([causesAt(0, { 'flow:person': [1, 2] }), causesAt(5, { 'connection:sap': [1, 2] })])
    expect([others, one?.roots.length]).toEqual([[], 2])
  })

  test('that holds only what the one before still explains opens its own', () => {
    expect(keysOf([causesAt(0, { 'asset:1': [9] }), causesAt(5, { 'asset:1': [9], 'asset:2': [9] })])).toHaveLength(2)
  })

  test('that comes right after the end, and has to do with the dependants only, opens its own', () => {
    const story = [causesAt(0, { 'connection:sap': [1, 9] }), causesAt(60), causesAt(65, { 'connection:looker': [9, 8] })]
    expect(keysOf(story)).toEqual([`connection:sap@${minute(0)}`, `connection:looker@${minute(65)}`])
  })

  test('is all that is told when only its time is known better', () => {
    const [one] = incidentsOf([causesAt(9, { 'asset:1': [] }), causesAt(12, { 'asset:1': { holds: [], since: 3 } })])
    expect(kindsOf(one)).toEqual(['opened'])
    expect(one?.roots.map(({ since }) => since)).toEqual([minute(9), minute(3)])
  })
})

describe('what a cause leaves behind when it is well again', () => {
  const back = [
    causesAt(0, { 'connection:sap': [1, 2, 3] }),
    causesAt(60, { 'asset:1': { holds: [3], since: 0 }, 'asset:2': { holds: [], since: 0 } }),
    causesAt(70, { 'asset:2': { holds: [], since: 0 } }),
    causesAt(80),
  ]

  test('stays in one incident until the last of it is well', () => {
    const [one, ...others] = incidentsOf(back)
    expect(others).toEqual([])
    expect(kindsOf(one)).toEqual(['opened', 'root-changed', 'root-changed', 'left', 'resolved'])
    expect(one?.end).toEqual({ at: minute(80), how: 'resolved' })
  })

  test('does not stay in it where something else holds it, too: the incident ends, and that goes on', () => {
    const [sap, looker] = incidentsOf([
      causesAt(0, { 'connection:sap': [1, 9] }),
      causesAt(5, { 'connection:sap': [1, 9], 'connection:looker': { holds: [9, 8], since: 0 } }),
      causesAt(60, { 'connection:looker': { holds: [9, 8], since: 0 } }),
    ])
    expect(sap?.end).toEqual({ at: minute(60), how: 'resolved' })
    expect([looker?.end, kindsOf(looker)]).toEqual([null, ['opened']])
  })

  test('keeps to itself what explains one of several causes that another of them explains as well', () => {
    const [one, other] = incidentsOf([
      ...back.slice(0, 2),
      causesAt(62, { 'asset:1': { holds: [2, 3], since: 0 }, 'flow:course': { holds: [2], since: -5 } }),
    ])
    expect([rootsOf(one).at(-1), other?.key]).toEqual([['asset:2', 60, 62], `flow:course@${minute(62)}`])
  })

  test('goes on in it when one of several causes is explained by a later one', () => {
    const [one, ...others] = incidentsOf([
      ...back.slice(0, 2),
      causesAt(62, { 'asset:1': { holds: [3], since: 0 }, 'flow:course': { holds: [2], since: -5 } }),
    ])
    expect(others).toEqual([])
    expect(rootsOf(one).slice(-2)).toEqual([
      ['asset:2', 60, 62],
      ['flow:course', 62, null],
    ])
  })
})

test('the fold leaves the state it goes on from as it is', () => {
  const { state } = foldIncidents(NO_INCIDENTS, [causesAt(0, { 'asset:1': [2] })], minute(1))
  const before = structuredClone(state)
  foldIncidents(state, [causesAt(5, { 'asset:1': [3] }), causesAt(6)], minute(60))
  expect(state).toEqual(before)
})
