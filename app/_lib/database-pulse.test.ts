import { afterEach, beforeEach, expect, test } from 'vitest'
import { withinPatience } from '#lib/queries/changes/database-answer.ts'
import { deferred, FakeClock, turns } from '#lib/testing/clock/fake-clock.ts'
import { type DatabaseTrouble, feelPulse, knownTrouble, whenSilent } from './database-pulse.ts'

let stop: AbortController
beforeEach(() => {
  stop = new AbortController()
})

afterEach(() => {
  stop.abort()
  globalThis.tidemarkDatabaseTrouble = undefined
})

test('a database that falls silent is known within five seconds, and so is its return', async () => {
  const clock = new FakeClock(0)
  let isFrozen = false
  const known: (DatabaseTrouble | undefined)[] = []
  const ask = () => (isFrozen ? new Promise(() => {}) : Promise.resolve())
  const feeling = feelPulse(clock, stop.signal, ask, async () => void known.push(knownTrouble()))
  await turns()
  isFrozen = true
  await clock.advance(2000)
  await turns()
  await clock.advance(3000)
  await turns()
  expect(known).toEqual([{ problem: 'The database has not answered for 3 s: it is frozen, overloaded or cut off.', since: 2000 }])
  isFrozen = false
  await clock.advance(2000)
  await turns()
  expect(known).toHaveLength(2)
  expect(known[1]).toBeUndefined()
  stop.abort()
  await feeling
})

test('who waits for an answer is told once when the database falls silent', async () => {
  const clock = new FakeClock(0)
  let answers = true
  let told = 0
  const leave = whenSilent(() => told++)
  const feeling = feelPulse(
    clock,
    stop.signal,
    () => (answers ? Promise.resolve() : Promise.reject(Object.assign(new Error('no'), { code: 'ECONNREFUSED' }))),
    async () => {},
  )
  await turns()
  answers = false
  for (let look = 0; look < 3; look += 1) await clock.advance(2000)
  expect(told).toBe(1)
  expect(knownTrouble()).toEqual({ problem: 'Nothing answers at the address of the database.', since: 2000 })
  leave()
  stop.abort()
  await feeling
})

test('three seconds that this process itself was too busy to hear an answer in are no silence', async () => {
  const sleepers: (() => void)[] = []
  const clock = { now: () => 0, sleep: () => new Promise<void>((resolve) => void sleepers.push(resolve)) }
  const question = deferred<string>()
  const answer = withinPatience(clock, question.promise)
  // One timer, hours late for all we know: what has come in meanwhile is read only now.
  sleepers.shift()?.()
  await turns()
  question.resolve('here')
  expect(await answer).toBe('here')
})
