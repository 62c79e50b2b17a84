import { expect, it } from 'vitest'
import { runningFirst } from './running-first.ts'

it('puts what runs before what waits, and who waits longest before the others', () => {
  const runs = [
    { id: 'd', state: 'scheduled', scheduledFor: 30 },
    { id: 'c', state: 'scheduled', scheduledFor: 20 },
    { id: 'b', state: 'scheduled', scheduledFor: 20 },
    { id: 'e', state: 'crashed', scheduledFor: 25 },
    { id: 'a', state: 'running', scheduledFor: 40 },
  ] as const
  expect(runningFirst(runs).map(({ id }) => id)).toEqual(['a', 'e', 'b', 'c', 'd'])
})
