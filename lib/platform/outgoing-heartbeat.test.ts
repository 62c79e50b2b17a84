import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { answerWith, type HttpReceiver, startHttpReceiver } from '#lib/testing/servers/http-receiver.ts'
import { createOutgoingHeartbeat, type OutgoingHeartbeatOptions } from './outgoing-heartbeat.ts'

const clock = new FakeClock('2026-11-20T12:00:00Z')
let http: HttpReceiver
beforeAll(async () => {
  http = await startHttpReceiver()
})
beforeEach(() => {
  http.requests.length = 0
  http.behave(answerWith(200))
})
afterAll(() => http.close())

const heartbeat = (more: Partial<OutgoingHeartbeatOptions> = {}) =>
  createOutgoingHeartbeat({ address: () => http.url, isHealthy: () => true, everyMs: 60_000, clock, ...more })

test('a healthy worker calls the heartbeat address', async () => {
  const heart = heartbeat()
  expect(await heart.beat()).toBe(true)
  expect(http.requests).toHaveLength(1)
  expect(heart.state()).toEqual({ beats: 1, failures: 0, okAt: clock.now(), problem: null })
})

test('an unhealthy worker does not call, nor one without a heartbeat address', async () => {
  expect(await heartbeat({ isHealthy: () => false }).beat()).toBe(false)
  expect(await heartbeat({ address: () => null }).beat()).toBe(false)
  expect(http.requests).toHaveLength(0)
})

test('failures are counted until the next good call, and never thrown', async () => {
  const heart = heartbeat()
  http.behave(answerWith(500))
  await heart.beat()
  http.behave((response) => response.destroy())
  await heart.beat()
  expect(heart.state()).toMatchObject({ beats: 2, failures: 2, problem: expect.any(String) })
  http.behave(answerWith(200))
  await heart.beat()
  expect(heart.state()).toMatchObject({ failures: 0, problem: null })
  const broken = heartbeat({
    address: () => {
      throw new Error('no secret')
    },
  })
  expect(await broken.beat()).toBe(false)
  expect(broken.state().failures).toBe(1)
})

test('an address that never answers is given up in time', async () => {
  http.behave(() => {})
  const heart = heartbeat({ timeoutMs: 50 })
  expect(await heart.beat()).toBe(false)
  expect(heart.state().problem).toContain('in time')
})

test('it beats at its interval until stopped', async () => {
  const stop = new AbortController()
  const times: number[] = []
  const own = new FakeClock(0)
  const heart = heartbeat({
    clock: own,
    address: () => {
      times.push(own.now())
      return null
    },
  })
  const running = heart.run(stop.signal)
  await new Promise((resolve) => setImmediate(resolve))
  await own.advance(60_000)
  await own.advance(60_000)
  stop.abort()
  await running
  expect(times).toEqual([0, 60_000, 120_000])
})

test('an address that leads to where the machine itself is told its credentials is not called', async () => {
  const heart = heartbeat({ address: () => http.url.replace('127.0.0.1', '0.0.0.0') })
  expect(await heart.beat()).toBe(false)
  expect(heart.state().problem).toContain('leads to where the machine itself is told its credentials')
  expect(http.requests).toHaveLength(0)
})
