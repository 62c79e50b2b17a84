import { describe, expect, it } from 'vitest'
import { may, mayOrder } from './actions.ts'
import { atTerminal, person, visitor, WORKER } from './actor.ts'

describe('what a role may order', () => {
  it.each([
    ['viewer', false, false],
    ['engineer', true, false],
    ['admin', true, true],
  ] as const)('%s: runs %s, the history anew %s', (role, runs, recompute) => {
    const actor = person({ id: 'ada', name: 'Ada', role, audience: null })
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

  it('who signed in has the role and the audience that were found for them', () => {
    const known = { id: 'p1', name: 'Ada', role: 'engineer', audience: 'finance' } as const
    expect(person(known)).toEqual({ kind: 'person', ...known })
  })

  it('whom nobody knows reads, has no name and may order nothing', () => {
    expect(visitor('finance')).toEqual({ kind: 'visitor', id: null, name: null, role: 'viewer', audience: 'finance' })
    expect(mayOrder(visitor())).toBe(false)
  })
})
