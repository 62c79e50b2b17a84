import { describe, expect, test } from 'vitest'
import { allOf, causesAt, incidentsOf, minute } from '#lib/testing/incidents/cause-changes.ts'
import { hadEnded, stateAsOf } from './as-of.ts'
import { foldIncidents } from './fold-incidents.ts'
import type { CausesAt, Incident } from './incident.ts'
import { heldBy, recognize } from './recognize.ts'
import { handlingAt, type Said, timelineOf } from './said.ts'

const pairs = (known: readonly CausesAt[], rebuilt: readonly CausesAt[]) => [...recognize(incidentsOf(known), incidentsOf(rebuilt))]
const night = [causesAt(0, { 'connection:sap': [1, 2, 3] }), causesAt(120)]

describe('a rebuilt incident is known again', () => {
  test.each<[string, CausesAt[], string]>([
    ['as it was', night, 'connection:sap'],
    ['when it began earlier', [causesAt(-60, { 'connection:sap': [1, 2, 3] }), causesAt(120)], 'connection:sap'],
    ['when it began later and ended later', [causesAt(30, { 'connection:sap': [1, 2, 3] }), causesAt(300)], 'connection:sap'],
    ['when it has another cause, by its members', [causesAt(-5, { 'flow:person': [2, 3] }), causesAt(60)], 'flow:person'],
    ['when it has other members, by its cause', [causesAt(10, { 'connection:sap': [7, 8] }), causesAt(60)], 'connection:sap'],
    ['when it ended right before the known one began', [causesAt(-60, { 'connection:sap': [1] }), causesAt(-10)], 'connection:sap'],
  ])('%s', (_case, rebuilt, cause) => {
    expect(pairs(night, rebuilt)).toEqual([[`${cause}@${rebuilt[0]?.at}`, `connection:sap@${minute(0)}`]])
  })

  test.each<[string, CausesAt[]]>([
    ['with nothing in common', [causesAt(10, { 'connection:looker': [7] }), causesAt(60)]],
    ['of another night', [causesAt(1440, { 'connection:sap': [1, 2, 3] }), causesAt(1500)]],
    ['that ended a quarter of an hour before', [causesAt(-60, { 'connection:sap': [1] }), causesAt(-15)]],
  ])('but not one %s', (_case, rebuilt) => {
    expect(pairs(night, rebuilt)).toEqual([])
  })

  test('once: of two that fit, the one with the same cause, else with more of the same members', () => {
    const two = [causesAt(-10, { 'asset:1': [2], 'connection:sap': [3] }), causesAt(120)]
    expect(pairs(night, two)).toEqual([[`connection:sap@${minute(-10)}`, `connection:sap@${minute(0)}`]])
    const byMembers = [causesAt(-10, { 'asset:1': [], 'asset:2': [3] }), causesAt(120)]
    expect(pairs(night, byMembers)).toEqual([[`asset:2@${minute(-10)}`, `connection:sap@${minute(0)}`]])
  })

  test('as the one that went on, where many came under one cause', () => {
    const storm = [
      causesAt(0, { 'asset:1': [], 'asset:2': [], 'asset:3': [] }),
      causesAt(1, { 'connection:sap': { holds: [1, 2, 3], since: -5 } }),
    ]
    expect(pairs(storm, [causesAt(-5, { 'connection:sap': [1, 2, 3] })])).toEqual([
      [`connection:sap@${minute(-5)}`, `asset:1@${minute(0)}`],
    ])
  })
})

test('what never was is held by the one that has its cause, else by the one that holds most of it at the same time', () => {
  const gone = incidentsOf([causesAt(0, { 'asset:1': [2, 3] }), causesAt(60)])[0] as Incident
  const holder = (changes: CausesAt[]) => heldBy(gone, incidentsOf(changes))?.openedBy ?? null
  expect(holder([causesAt(-5, { 'connection:sap': [2], 'connection:looker': [2, 3] }), causesAt(60)])).toBe('connection:looker')
  expect(holder([causesAt(-5, { 'connection:sap': [2, 3], 'asset:1': [] }), causesAt(60)])).toBe('asset:1')
  expect(holder([causesAt(90, { 'connection:sap': [1, 2, 3] }), causesAt(120)])).toBeNull()
  expect(holder([causesAt(0, { 'connection:sap': [4] }), causesAt(60)])).toBeNull()
})

describe('late evidence replaces a night', () => {
  const before = [causesAt(-500, { 'asset:8': [] }), causesAt(-400), ...night, causesAt(600, { 'asset:9': [] })]
  const better = [causesAt(-30, { 'connection:sap': [1, 2, 3, 4] }), causesAt(90), causesAt(600, { 'asset:9': [] })]
  const known = incidentsOf(before)
  const from = minute(-30)
  const rebuilt = allOf(foldIncidents(stateAsOf(known, from), better, minute(700)))
  const said: Said[] = [
    { at: minute(20), by: 'Ada', kind: 'acknowledged' },
    { at: minute(150), by: 'Ada', kind: 'postmortem', text: 'The certificate had ended.' },
  ]

  test('and moves the ends of what was that night', () => {
    expect(rebuilt.map(({ openedAt, end }: Incident) => [openedAt, end?.at ?? null])).toEqual([
      [minute(-30), minute(90)],
      [minute(600), null],
    ])
  })

  test('and leaves alone what ended before', () => {
    expect(known.filter((one) => hadEnded(one, from))).toEqual([known[0]])
  })

  test('and each stays the one it was, so that what people said of it stays with it', () => {
    expect([...recognize(known, rebuilt).values()].sort()).toEqual(
      known
        .slice(1)
        .map(({ key }) => key)
        .sort(),
    )
    const [moved] = rebuilt
    expect(timelineOf(moved ?? { entries: [] }, said).map(({ kind }) => kind)).toEqual(['opened', 'acknowledged', 'resolved', 'postmortem'])
    expect(handlingAt(moved ?? { entries: [] }, said, minute(700)).acknowledged).toEqual({ at: minute(20), by: 'Ada' })
  })
})

describe('the state right before an instant', () => {
  const known = incidentsOf([
    causesAt(0, { 'asset:1': [7], 'asset:2': [] }),
    causesAt(5, { 'connection:sap': { holds: [1, 2, 7], since: -5 } }),
    causesAt(60),
  ])

  test('has nothing of what came later', () => {
    expect(stateAsOf(known, minute(0)).unfinished).toEqual([])
    const { unfinished } = stateAsOf(known, minute(5))
    expect(unfinished.map(({ end, roots, entries }) => [end, roots.map(({ to }) => to), entries.map(({ kind }) => kind)])).toEqual([
      [null, [null], ['opened']],
      [null, [null], ['opened']],
    ])
  })

  test('has what is well for less than 15 minutes, with its end open', () => {
    const { unfinished } = stateAsOf(known, minute(74))
    expect(unfinished.map(({ end, roots, entries }) => [end, roots.at(-1)?.to, entries.at(-1)?.kind])).toEqual([
      [null, minute(60), 'joined'],
    ])
    expect(stateAsOf(known, minute(75)).unfinished).toEqual([])
    expect(known.map((one) => hadEnded(one, minute(75)))).toEqual([true, true])
  })
})
