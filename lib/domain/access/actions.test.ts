import { describe, expect, it } from 'vitest'
import { may, mayOrder } from './actions.ts'
import { atTerminal, visitor, WORKER } from './actor.ts'

describe('what a role may order', () => {
  it.each([
    ['viewer', false, false],
    ['engineer', true, false],
    ['admin', true, true],
  ] as const)('%s: runs %s, the history anew %s', (role, runs, recompute) => {
    const actor = visitor(role)
    expect(may(actor, 'run.request')).toBe(runs)
    expect(may(actor, 'run.cancel')).toBe(runs)
    expect(may(actor, 'window.open')).toBe(runs)
    expect(may(actor, 'window.close')).toBe(runs)
    expect(may(actor, 'connection.check')).toBe(runs)
    expect(mayOrder(actor)).toBe(runs)
    expect(may(actor, 'history.recompute')).toBe(recompute)
  })
})

describe('an actor', () => {
  it('at the command line or of a worker may do everything and sees everything', () => {
    for (const actor of [atTerminal('ada'), WORKER]) expect(actor).toMatchObject({ role: 'admin', audience: null })
    expect(atTerminal('ada').name).toBe('ada')
  })

  it('at the page has the role and the audience that were found for them, and no name', () => {
    expect(visitor('viewer', 'finance')).toEqual({ kind: 'visitor', name: null, role: 'viewer', audience: 'finance' })
    expect(visitor('engineer')).toMatchObject({ role: 'engineer', audience: null })
  })
})
