import { describe, expect, test } from 'vitest'
import { causesAt, minute } from '#lib/testing/incidents/cause-changes.ts'
import { followIncidents, type KnownIncidents } from './follow-incidents.ts'
import type { CausesAt } from './incident.ts'

const NOTHING: KnownIncidents = { through: minute(-60), incidents: [], told: new Set() }
const SAP = { 'connection:sap': [1, 2] }

/** Known up to minute 1, then nothing is new until late evidence comes at minute 120. */
function lateEvidence(changes: CausesAt[]) {
  const { incidents, told } = followIncidents(NOTHING, { from: minute(-10), changes: [causesAt(0, SAP)] }, minute(1))
  return followIncidents({ through: minute(1), incidents, told }, { from: minute(-10), changes }, minute(120))
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
