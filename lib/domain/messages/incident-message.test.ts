import { describe, expect, test } from 'vitest'
import { type IncidentStory, incidentLines, incidentSubject, type ToldFeed, type ToldRoot } from './incident-message.ts'

const time = (at: number) => new Date(at).toISOString().slice(11, 16)
const AT = Date.parse('2026-11-20T21:55:00Z')
const SAP: ToldRoot = { kind: 'connection', name: 'SAP', since: AT, status: null, says: 'SAP does not accept connections' }
const feed = (name: string, more: Partial<ToldFeed> = {}): ToldFeed => ({
  ...{ key: name.toLowerCase(), name, groupName: 'Records', owner: null, status: 'late', worst: 'late', place: 'dependant', promise: '' },
  ...more,
})
const STORY: IncidentStory = {
  word: 'opened',
  roots: [SAP],
  feeds: [feed('People', { place: 'root', promise: 'every day by 06:00', owner: 'Identity team' }), feed('Patrons', { status: 'stale' })],
  concerned: [],
  endedAt: null,
  isMerged: false,
  again: { kind: 'by', at: AT + 3_600_000, tryAt: AT + 3_600_000, isLook: false, ifAnswering: ['SAP'], ifSucceeding: [] },
  handling: { acknowledged: null, assignee: null, snoozedUntil: null },
  said: null,
}
const of = (more: Partial<IncidentStory>): IncidentStory => ({ ...STORY, ...more })

describe('the title of an incident', () => {
  test.each<[string, Partial<IncidentStory>]>([
    ['SAP has not answered since 21:55', {}],
    ['Still: SAP has not answered since 21:55, and 1 more cause', { word: 'reminded', roots: [SAP, SAP] }],
    [
      'Changed: person has failed since its run of 21:55, and 2 more causes',
      { word: 'changed', roots: [{ ...SAP, kind: 'flow', name: 'person' }, SAP, SAP] },
    ],
    ['Over: SAP had not answered since 21:55', { word: 'resolved' }],
    ['Over: Terms was not fresh since 21:55', { word: 'resolved', roots: [{ ...SAP, kind: 'asset', name: 'Terms', status: 'stale' }] }],
    [
      'Still: The contract of Terms has been broken since 21:55',
      { word: 'reminded', roots: [{ ...SAP, kind: 'asset', name: 'Terms', status: 'stale', isBroken: true }] },
    ],
    [
      'Over: The contract of Terms had been broken since 21:55',
      { word: 'resolved', roots: [{ ...SAP, kind: 'asset', name: 'Terms', status: 'fresh', isBroken: true }] },
    ],
    ['A system you may not see is stale since 21:55', { roots: [{ ...SAP, kind: 'asset', name: null, status: 'stale', isBroken: true }] }],
    ['A system you may not see has been in trouble since 21:55', { roots: [{ ...SAP, name: null }] }],
    ['A system you may not see is late since 21:55', { roots: [{ ...SAP, name: null, status: 'late' }] }],
    ['Over: what was wrong', { word: 'resolved', roots: [] }],
  ])('%s', (title, more) => {
    expect(incidentSubject(of(more), time)).toBe(title)
  })
})

describe('what is told of an incident', () => {
  test('says what was expected, what is, why, until when, and whom to ask', () => {
    expect(incidentLines(STORY, time)).toEqual([
      'Expected of People: every day by 06:00.',
      'Affected: People (Records), late and Patrons (Records), stale.',
      'SAP does not accept connections.',
      'Good by about 22:55 if SAP answers.',
      'Nobody is on it yet; ask Identity team.',
    ])
  })

  test('says who is on it, or has seen it', () => {
    const last = (more: Partial<IncidentStory['handling']>) => incidentLines(of({ handling: { ...STORY.handling, ...more } }), time).at(-1)
    expect(last({ acknowledged: { at: AT, by: 'Ada' } })).toBe('Ada has seen it.')
    expect(last({ acknowledged: { at: AT, by: 'Ada' }, assignee: 'Identity team' })).toBe('Identity team is on it.')
  })

  test('says whom a broken contract concerns, also once that is over', () => {
    const concerned = [{ name: 'Finance', subject: null, group: null, owners: [], isNamed: true, isBelow: false }]
    expect(incidentLines(of({ concerned }), time)[2]).toBe('It concerns who reads it: Finance.')
    expect(incidentLines(of({ word: 'resolved', endedAt: AT, concerned }), time).at(-1)).toBe('It concerned who reads it: Finance.')
  })

  test('does not ask the same people twice', () => {
    const last = (ask: string | null) =>
      incidentLines(of({ again: { kind: 'no-date', because: 'nobody can load it', ask } }), time).slice(-2)
    expect(last('Identity team')).toEqual(['No date: ask Identity team.', 'Nobody is on it yet.'])
    expect(last(null)).toEqual(['No date: nobody can load it.', 'Nobody is on it yet; ask Identity team.'])
  })

  test('says of a feed that is fresh that it is so far', () => {
    expect(incidentLines(of({ feeds: [feed('People', { status: 'fresh' }), feed('Notes', { status: null })] }), time)[0]).toBe(
      'Affected: People (Records), fresh so far and Notes (Records), not judged.',
    )
  })

  test('says first what people have to say, where that is the news', () => {
    const said = { by: 'Ada', text: 'the vendor knows' }
    expect(incidentLines(of({ word: 'updated', said }), time)[0]).toBe('Ada says: The vendor knows.')
    expect(incidentLines(of({ word: 'changed', said }), time)[0]).not.toContain('vendor')
  })

  test('says nothing of what a cause says that its receiver may not know', () => {
    expect(incidentLines(of({ roots: [{ ...SAP, name: null }] }), time).join()).not.toContain('connections')
  })

  test('names five feeds at most, those first where it begins, then the worst', () => {
    const many = Array.from({ length: 9 }, (_, n) => feed(`Feed ${n}`))
    expect(incidentLines(of({ feeds: [...many, feed('Root', { place: 'root' }), feed('Bad', { status: 'stale' })] }), time)[0]).toBe(
      'Affected: Root (Records), late, Bad (Records), stale, Feed 0 (Records), late, Feed 1 (Records), late and 7 more feeds.',
    )
  })

  test('says when it was over and what it had touched, or where it goes on', () => {
    const over = of({ word: 'resolved', endedAt: AT + 60_000 })
    expect(incidentLines(over, time)).toEqual(['All is well since 21:56.', 'Affected: People (Records) and Patrons (Records).'])
    expect(incidentLines({ ...over, isMerged: true, feeds: [] }, time)).toEqual([
      'It goes on in an older incident, which has the same cause.',
    ])
  })
})
