import { describe, expect, test } from 'vitest'
import { causesAt, minute } from '#lib/testing/incidents/cause-changes.ts'
import { followIncidents, type KnownIncidents } from './follow-incidents.ts'
import type { CausesAt } from './incident.ts'

const NOTHING: KnownIncidents = { through: minute(-60), incidents: [], told: new Set(), taken: new Set() }
const SAP = { 'connection:sap': [1, 2] }

/** Known up to minute 1, then nothing is new until late evidence comes at minute 120. */
function lateEvidence(changes: CausesAt[]) {
  const { incidents, told } = followIncidents(NOTHING, { from: minute(-10), changes: [causesAt(0, SAP)] }, minute(1))
  return followIncidents({ ...NOTHING, through: minute(1), incidents, told }, { from: minute(-10), changes }, minute(120))
}

const KEY = `connection:sap@${minute(0)}`

describe('late evidence that lets an incident begin after all that was known of it', () => {
  test('moves it, and nobody is told again', () => {
    const { incidents, gone, news, told } = lateEvidence([causesAt(30, SAP)])
    expect(incidents.map(({ key, openedAt, end }) => [key, openedAt, end])).toEqual([[KEY, minute(30), null]])
    expect([gone, news, [...told]]).toEqual([[], [], [KEY]])
  })

  test('tells what it stands on now, where that is something else', () => {
    const { incidents, news } = lateEvidence([causesAt(30, { 'flow:person': [2] })])
    expect(incidents.map(({ key }) => key)).toEqual([KEY])
    expect(news).toEqual([
      { incident: KEY, entry: { at: minute(120), kind: 'root-changed', came: ['flow:person'], went: ['connection:sap'] } },
    ])
  })

  test('tells its end once, where it is over by now', () => {
    const { news, told } = lateEvidence([causesAt(30, SAP), causesAt(60)])
    expect(news).toEqual([{ incident: KEY, entry: { at: minute(120), kind: 'resolved' } }])
    expect(told.size).toBe(0)
  })

  test('and ends it where nothing of it ever was', () => {
    const { incidents, gone, news } = lateEvidence([causesAt(30, { 'asset:9': [9] })])
    expect(incidents.map(({ openedBy }) => openedBy)).toEqual(['asset:9'])
    expect(gone).toEqual([{ key: KEY, into: null }])
    expect(news.map(({ incident, entry }) => [incident, entry.kind])).toEqual([
      [KEY, 'resolved'],
      [`asset:9@${minute(30)}`, 'opened'],
    ])
  })
})

describe('late evidence that lets an incident begin before it was known to', () => {
  const follow = (known: KnownIncidents, from: number, changes: CausesAt[], now: number): KnownIncidents => {
    const { incidents, told } = followIncidents(known, { from: minute(from), changes }, minute(now))
    return { through: minute(now), incidents, told, taken: new Set() }
  }
  const opened = follow(NOTHING, -10, [causesAt(20, SAP)], 30)
  const moved = follow(opened, -10, [causesAt(0, SAP)], 40)
  const known = ({ incidents }: KnownIncidents) => incidents.map(({ key, openedAt }) => [key, openedAt])
  const ITS_KEY = `connection:sap@${minute(20)}`

  test('leaves it its key, and another of the same cause that begins when it was thought to begin gets one of its own', () => {
    expect(known(moved)).toEqual([[ITS_KEY, minute(0)]])
    expect(known(follow(moved, -10, [causesAt(0, SAP), causesAt(3), causesAt(20, SAP)], 50))).toEqual([
      [ITS_KEY, minute(0)],
      [`connection:sap@${minute(20) - 1}`, minute(20)],
    ])
  })

  test('even where the one that has the key had ended before what is told anew', () => {
    const ended = follow(moved, -10, [causesAt(0, SAP), causesAt(3)], 50)
    const later = { ...ended, incidents: [], taken: new Set(ended.incidents.map(({ key }) => key)) }
    expect(known(follow(later, 20, [causesAt(20, SAP)], 60))).toEqual([[`connection:sap@${minute(20) - 1}`, minute(20)]])
  })

  test('and told once more the same comes to the same', () => {
    const both = follow(moved, -10, [causesAt(0, SAP), causesAt(3), causesAt(20, SAP)], 50)
    expect(follow(both, -10, [causesAt(0, SAP), causesAt(3), causesAt(20, SAP)], 60).incidents).toEqual(both.incidents)
  })
})
