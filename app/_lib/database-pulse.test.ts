import { afterEach, expect, test } from 'vitest'
import { FakeClock } from '#lib/testing/fake-clock.ts'
import { turns } from '#lib/testing/turns.ts'
import { feelPulse, knownProblem } from './database-pulse.ts'

const stop = new AbortController()

afterEach(() => {
  stop.abort()
  globalThis.tidemarkDatabaseProblem = undefined
})

test('a database that falls silent is known within five seconds, and so is its return', async () => {
  const clock = new FakeClock(0)
  let isFrozen = false
  const known: (string | undefined)[] = []
  const ask = () => (isFrozen ? new Promise(() => {}) : Promise.resolve())
  const feeling = feelPulse(clock, stop.signal, ask, async () => void known.push(knownProblem()))
  await turns()
  isFrozen = true
  await clock.advance(2000)
  await turns()
  await clock.advance(3000)
  await turns()
  expect(known).toEqual(['The database has not answered for 3 s: it is frozen, overloaded or cut off.'])
  isFrozen = false
  await clock.advance(2000)
  await turns()
  expect(known).toHaveLength(2)
  expect(known[1]).toBeUndefined()
  stop.abort()
  await feeling
})
