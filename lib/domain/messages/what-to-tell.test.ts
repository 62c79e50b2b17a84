import { describe, expect, test } from 'vitest'
import type { Status } from '#lib/domain/freshness/status.ts'
import { SAME_INCIDENT_MS } from '#lib/domain/incidents/incident.ts'
import { type IncidentNews, type IncidentWord, incidentToTell, type ToldIncident, turnToTell } from './what-to-tell.ts'

const AT = Date.parse('2026-11-20T12:00:00Z')

describe('a turn of a feed', () => {
  test.each<[string, Status | null, Status | null, boolean, number | null]>([
    ['that breaks it is told at once', null, 'late', true, 0],
    ['that breaks it is nothing for who does not want it', null, 'late', false, null],
    ['for the worse is told', 'late', 'stale', true, 0],
    ['for the better is told to who knows the worse, also where it would not be wanted by itself', 'stale', 'late', false, 0],
    ['back is told once it stays so', 'late', 'fresh', true, SAME_INCIDENT_MS],
    ['back is told to who knows, whatever is wanted now', 'late', 'fresh', false, SAME_INCIDENT_MS],
    ['back is nothing for who never knew', null, 'fresh', true, null],
    ['to what its receiver was told last is none', 'late', 'late', true, null],
    ['into announced work is nothing for who knows of no trouble', 'fresh', 'maintenance', true, null],
    ['into announced work is told to who knows of trouble', 'stale', 'maintenance', true, SAME_INCIDENT_MS],
    ['into the dark is told', 'fresh', 'unknown', true, 0],
    ['of a feed that was taken out is told to who knows of trouble', 'late', null, true, SAME_INCIDENT_MS],
  ])('%s', (_, told, to, isWanted, after) => {
    expect(turnToTell({ told, to, at: AT }, isWanted)).toEqual(after === null ? null : { notBefore: AT + after })
  })
})

describe('of an incident', () => {
  const of = (more: Partial<ToldIncident>) => incidentToTell({ told: 'nothing', isOver: false, isWanted: true, news: [], ...more })
  const news = (...kinds: IncidentNews['kind'][]): Partial<ToldIncident> => ({ news: kinds.map((kind) => ({ kind })) })

  test.each<[string, Partial<ToldIncident>, IncidentWord | null]>([
    ['its beginning is told', news('opened'), 'opened'],
    ['nothing is told where nothing in it is wanted', { ...news('opened'), isWanted: false }, null],
    ['its beginning is told when something wanted joins', news('joined'), 'opened'],
    ['nothing is told where it was over before', { ...news('opened', 'resolved'), isOver: true }, null],
    ['another cause is told', { ...news('joined', 'root-changed'), told: 'standing' }, 'changed'],
    ['that two are one is told', { ...news('merged'), told: 'standing' }, 'changed'],
    ['that it is worse is told', { ...news('turned-worse'), told: 'standing' }, 'changed'],
    [
      'what joins, leaves, flaps or mends is no message',
      { ...news('joined', 'left', 'reopened', 'turned-better', 'split'), told: 'standing' },
      null,
    ],
    ['what people say is told', { ...news('joined', 'updated'), told: 'standing' }, 'updated'],
    ['a change is told before what people say', { ...news('updated', 'turned-worse'), told: 'standing' }, 'changed'],
    ['that it goes on is told by a reminder', { ...news('reminder'), told: 'standing' }, 'reminded'],
    ['a reminder of what nobody was told is none', news('reminder'), null],
    ['its end is told', { ...news('resolved'), told: 'standing', isOver: true }, 'resolved'],
    [
      'its end is told also where nothing in it is wanted any more',
      { ...news('resolved'), told: 'standing', isOver: true, isWanted: false },
      'resolved',
    ],
    ['its end is told once', { ...news('resolved'), told: 'over', isOver: true }, null],
    ['that it stands after all is told to who heard that it was over', { ...news('reopened'), told: 'over' }, 'opened'],
  ])('%s', (_, incident, word) => {
    expect(of(incident)).toBe(word)
  })
})
