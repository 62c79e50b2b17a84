import { expect, it } from 'vitest'
import { actionInWords, actorInWords } from './audit-words.ts'

it('an order is told in words, and one that there is no more by its name', () => {
  expect(actionInWords('run.request')).toBe('asked for a run')
  expect(actionInWords('person.change-role')).toBe('person: change role')
})

it('who it was is told also where nobody has a name', () => {
  expect(actorInWords({ actorKind: 'person', actor: 'Ada' })).toBe('Ada')
  expect(actorInWords({ actorKind: 'terminal', actor: 'root' })).toBe('root at the terminal')
  expect(actorInWords({ actorKind: 'terminal', actor: null })).toBe('somebody at the terminal')
  expect(actorInWords({ actorKind: 'worker', actor: null })).toBe('a worker')
  expect(actorInWords({ actorKind: 'visitor', actor: null })).toBe('somebody nobody knows')
})
