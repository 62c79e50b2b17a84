import { describe, expect, test } from 'vitest'
import { causesAt, incidentsOf, minute } from '#lib/testing/incidents/cause-changes.ts'
import type { CausesAt, FactEntry, Incident } from './incident.ts'
import { newsOfRewrite } from './rewritten.ts'

const NOW = minute(300)
const of = (changes: CausesAt[] | null) => (changes === null ? null : (incidentsOf(changes)[0] ?? null))
const standing = (status: 'late' | 'stale' = 'stale') => [causesAt(0, { 'connection:sap': { holds: [1, 2], status } })]
const over = [...standing(), causesAt(60)]
const merged = [causesAt(0, { 'asset:5': [] }), causesAt(5, { 'asset:5': [], 'asset:6': [] }), causesAt(9, { 'asset:5': [6] })]

/** As people were told: that it stands, as long as it was known to. */
const news = (known: Incident | null, rebuilt: Incident | null) => newsOfRewrite(known, rebuilt, known !== null && known.end === null, NOW)

describe('late evidence is news', () => {
  test.each<[string, CausesAt[] | null, CausesAt[] | null, Partial<FactEntry>]>([
    ['when something nobody knew of stands now', null, standing(), { kind: 'opened', roots: ['connection:sap'], assetIds: [1, 2] }],
    ['when what had ended stands now', over, standing(), { kind: 'reopened', wellSince: minute(60) }],
    ['when what stood had ended', standing(), over, { kind: 'resolved' }],
    ['when what stood never was', standing(), null, { kind: 'resolved' }],
    [
      'when it has another cause',
      standing(),
      [causesAt(-9, { 'flow:person': [1, 2] })],
      { kind: 'root-changed', came: ['flow:person'], went: ['connection:sap'] },
    ],
    ['when it is worse', standing('late'), standing(), { kind: 'turned-worse', from: 'late', to: 'stale' }],
    ['when it is better', standing(), standing('late'), { kind: 'turned-better', from: 'stale', to: 'late' }],
  ])('%s', (_case, known, rebuilt, entry) => {
    expect(news(of(known), of(rebuilt))).toEqual([expect.objectContaining({ at: NOW, ...entry })])
  })

  test('when what stood had gone on in another one', () => {
    const [older, younger] = incidentsOf(merged)
    expect(news(of(standing()), younger ?? null)).toEqual([{ at: NOW, kind: 'merged-into', into: older?.key }])
  })
})

describe('late evidence is no news', () => {
  test('of what is well for moments, and nobody was told that it stood', () => {
    const [back] = incidentsOf([causesAt(270, { 'connection:sap': [1, 2] }), causesAt(295)], 300)
    expect(news(null, back ?? null)).toEqual([])
    expect(newsOfRewrite(of(standing()), back ?? null, true, NOW)).toEqual([])
  })

  test.each<[string, CausesAt[] | null, CausesAt[] | null]>([
    ['of what was over before anybody knew', null, over],
    ['of what is over, then as now', over, [causesAt(-60, { 'connection:sap': [1, 2, 3] }), causesAt(200)]],
    ['of what was over and never was', over, null],
    ['of when it began, or whom it took in', standing(), [causesAt(-60, { 'connection:sap': [1, 2, 3] })]],
    ['of a detour in between', standing(), [...standing(), causesAt(20), causesAt(25, { 'connection:sap': [1, 2] })]],
  ])('%s', (_case, known, rebuilt) => {
    expect(news(of(known), of(rebuilt))).toEqual([])
  })
})
