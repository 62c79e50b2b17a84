import { describe, expect, test } from 'vitest'
import { type FeedFacts, type Route, receiversOf, routeOf, usualRouteOf } from './route.ts'

const NOTHING = { groups: [], feeds: [], owners: [], severity: null, place: null, zone: 'UTC', quiet: null, digest: [], remindMs: null }
const route = (more: Partial<Route> = {}): Route => ({ ...NOTHING, to: ['team'], events: ['incidents'], ...more })
const TERMS: FeedFacts = { group: 'records', feed: 'terms', owner: 'registrar@campus.example', status: 'late', place: 'root' }

describe('a route', () => {
  test.each<[string, Partial<Route>, Partial<FeedFacts>, boolean]>([
    ['without conditions', {}, {}, true],
    ['to somebody else', { to: ['others'] }, {}, false],
    ['of its group', { groups: ['finance', 'records'] }, {}, true],
    ['of another group', { groups: ['finance'] }, {}, false],
    ['of its feed', { feeds: ['terms'] }, {}, true],
    ['of another feed of its group', { groups: ['records'], feeds: ['people'] }, {}, false],
    ['of its owner, however written', { owners: ['Registrar@Campus.example'] }, {}, true],
    ['of an owner, where there is none', { owners: ['registrar@campus.example'] }, { owner: null }, false],
    ['of what is as bad', { severity: 'late' }, {}, true],
    ['of what is worse', { severity: 'stale' }, {}, false],
    ['of less bad', { severity: 'unknown' }, {}, true],
    ['of late, where nobody can see', { severity: 'late' }, { status: 'unknown' }, false],
    ['of anything unknown, where announced work goes on', { severity: 'unknown' }, { status: 'maintenance' }, false],
    ['of what nothing is promised about', { severity: 'unknown' }, { status: null }, false],
    ['of roots', { place: 'root' }, {}, true],
    ['of roots, where it is held back', { place: 'root' }, { place: 'dependant' }, false],
    ['of dependants', { place: 'dependant' }, { place: 'dependant' }, true],
  ])('%s', (_, written, facts, fits) => {
    expect(routeOf([route(written)], 'team', { ...TERMS, ...facts }) !== null).toBe(fits)
  })

  test('decides alone: the first that fits says whether somebody gets incidents or turns', () => {
    const turns = route({ groups: ['records'], events: ['feeds'] })
    const incidents = route({ events: ['incidents'] })
    expect(routeOf([turns, incidents], 'team', TERMS)).toBe(turns)
    expect(routeOf([turns, incidents], 'team', { ...TERMS, group: 'finance' })).toBe(incidents)
    expect(routeOf([incidents, turns], 'team', TERMS)).toBe(incidents)
  })

  test('that tells when data have come does so however bad it was', () => {
    const ready = route({ severity: 'stale', place: 'dependant', events: ['incidents', 'ready'] })
    expect(usualRouteOf([route(), ready], 'team', 'ready', TERMS)).toBe(ready)
    expect(usualRouteOf([route()], 'team', 'ready', TERMS)).toBeNull()
    expect(usualRouteOf([{ ...ready, feeds: ['people'] }], 'team', 'ready', TERMS)).toBeNull()
  })
})

test('receivers of an event are named once', () => {
  const routes = [route({ to: ['team', 'pager'] }), route({ to: ['team'] }), route({ to: ['board'], events: ['feeds', 'ready'] })]
  expect(receiversOf(routes, 'incidents')).toEqual(['pager', 'team'])
  expect(receiversOf(routes, 'feeds')).toEqual(['board'])
  expect(receiversOf([], 'ready')).toEqual([])
})
