import { describe, expect, test } from 'vitest'
import { causesAt, entriesOf, incidentsOf, kindsOf, membersOf, minute, rootsOf } from '#lib/testing/incidents/cause-changes.ts'

describe('two incidents under one cause', () => {
  const apart = causesAt(5, { 'asset:1': [7], 'asset:2': [8] })
  const together = [causesAt(0, { 'asset:1': [7] }), apart, causesAt(9, { 'connection:sap': { holds: [1, 2, 7, 8], since: -9 } })]

  test('become one: the older goes on, the younger ends in it', () => {
    const [older, younger, ...others] = incidentsOf(together)
    expect(others).toEqual([])
    expect(younger?.end).toEqual({ at: minute(9), how: 'merged', into: older?.key })
    expect(entriesOf(older, 'merged')).toEqual([{ at: minute(9), kind: 'merged', taken: [younger?.key] }])
    expect(kindsOf(younger)).toEqual(['opened', 'merged-into'])
    expect(membersOf(younger)).toEqual([
      [2, 5, 9],
      [8, 5, 9],
    ])
    expect(
      membersOf(older)
        .filter(([, , to]) => to === null)
        .map(([id]) => id),
    ).toEqual([1, 7, 2, 8])
  })

  test('become one, too, where the cause has an incident already', () => {
    const [older, younger] = incidentsOf([causesAt(0, { 'asset:1': [7] }), apart, causesAt(9, { 'asset:1': [7, 2, 8] })])
    expect(younger?.end).toEqual({ at: minute(9), how: 'merged', into: older?.key })
  })

  test('become the older one where the younger has the cause', () => {
    const [older, younger] = incidentsOf([causesAt(0, { 'asset:1': [7] }), apart, causesAt(9, { 'asset:2': [8, 1, 7] })])
    expect(younger?.end).toMatchObject({ how: 'merged', into: older?.key })
    expect([rootsOf(older).at(-1), entriesOf(older, 'root-changed')]).toEqual([
      ['asset:2', 9, null],
      [{ at: minute(9), kind: 'root-changed', came: ['asset:2'], went: ['asset:1'] }],
    ])
  })

  test('stay two where only some of what they hold is the same', () => {
    const [first, second] = incidentsOf([apart, causesAt(9, { 'asset:1': [7, 8], 'asset:2': [7, 8] })])
    expect([first?.end, second?.end]).toEqual([null, null])
  })

  test('part again when the cause stands and does not explain one any more: it gets a new incident that says where it comes from', () => {
    const [older, , parted] = incidentsOf([
      ...together,
      causesAt(30, { 'connection:sap': { holds: [1, 7], since: -9 }, 'asset:2': { holds: [8], since: 5 } }),
    ])
    expect(parted).toMatchObject({ key: `asset:2@${minute(30)}`, cameFrom: older?.key })
    expect(entriesOf(older, 'split')).toEqual([{ at: minute(30), kind: 'split', off: parted?.key }])
    expect(entriesOf(older, 'left')).toEqual([{ at: minute(30), kind: 'left', assetIds: [2, 8] }])
  })

  test('part at once, however lately it was a cause itself', () => {
    const story = [...together, causesAt(10, { 'connection:sap': { holds: [2, 8], since: -9 }, 'asset:1': { holds: [7], since: 0 } })]
    expect(incidentsOf(story).at(-1)).toMatchObject({ key: `asset:1@${minute(10)}`, cameFrom: `asset:1@${minute(0)}` })
  })

  test('part from the one that goes on, where they become one at the same time', () => {
    const [older, younger, parted] = incidentsOf([
      causesAt(0, { 'asset:1': [5] }),
      causesAt(5, { 'asset:1': { holds: [5], since: 0 }, 'asset:2': [7, 8] }),
      causesAt(9, { 'asset:2': { holds: [1, 5, 7], since: 5 }, 'asset:8': [] }),
    ])
    expect(kindsOf(younger)).toEqual(['opened', 'merged-into'])
    expect([parted?.cameFrom, entriesOf(older, 'split')]).toEqual([older?.key, [{ at: minute(9), kind: 'split', off: parted?.key }]])
  })

  test('stay one when the cause is well and both are left behind', () => {
    const story = [...together, causesAt(30, { 'asset:1': { holds: [7], since: 0 }, 'asset:2': { holds: [8], since: 5 } })]
    expect(incidentsOf(story).filter(({ end }) => end === null)).toHaveLength(1)
    expect(incidentsOf(story)).toHaveLength(2)
  })
})

test('a thousand assets go down within a minute, and the cause is noticed last: one incident in the end, the others in it', () => {
  const ids = Array.from({ length: 1000 }, (_, index) => index + 1)
  const storm = Array.from({ length: 20 }, (_, step) => {
    const down = ids.slice(0, (step + 1) * 50)
    return causesAt(
      step / 20,
      Object.fromEntries(down.map((id) => [`asset:${id}` as const, { holds: [], since: (Math.ceil(id / 50) - 1) / 20 }])),
    )
  })
  const incidents = incidentsOf([...storm, causesAt(1, { 'connection:sap': { holds: ids, since: -5 } })])
  const [one, ...rest] = incidents.filter(({ end }) => end?.how !== 'merged')
  expect([incidents.length, rest.length]).toEqual([1000, 0])
  expect([one?.key, membersOf(one).filter(([, , to]) => to === null).length, kindsOf(one)]).toEqual([
    `asset:1@${minute(0)}`,
    1000,
    ['opened', 'merged', 'root-changed', 'joined'],
  ])
})
