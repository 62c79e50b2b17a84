import { expect, it } from 'vitest'
import httpConnector from '#lib/connectors/http.ts'
import { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { askOnce } from '#lib/testing/connectors/ask-once.ts'
import { answerJson } from '#lib/testing/servers/http-receiver.ts'
import { departmentWorld, DEPARTMENTS_NOW as now } from '#lib/testing/worlds/department-world.ts'
import { BETWEEN_MS } from './server-clock.ts'

const http = askOnce(httpConnector)
const world = await departmentWorld()

const assetsOf = (many: number) =>
  Array.from({ length: many }, (_, i) => {
    return { key: `department/${i}`, path: `${i}`, settings: { loadedAt: { json: '$.at' } }, previous: null }
  })
const connected = () => world.connected({ baseUrl: world.other.url, zone: 'UTC' })
const telling = (at: number, ourClock: { now(): number }) =>
  answerJson({ at: new Date(at).toISOString() }, { date: new Date(ourClock.now()).toUTCString() })

/** Tells how many wait until they ask again. */
class WaitingClock extends FakeClock {
  waiting = 0

  override async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    const counts = ms === BETWEEN_MS ? 1 : 0
    this.waiting += counts
    await super.sleep(ms, signal)
    this.waiting -= counts
  }
}

it('addresses that are asked again after a few seconds keep the others waiting only where eight wait already', async () => {
  const clock = new WaitingClock(now)
  world.other.behave((response, request) => telling(request.path.endsWith('/6') ? now - 60_000 : clock.now(), clock)(response, request))
  const looking = Array.fromAsync(http.observe({ ...connected(), clock }, assetsOf(20)))
  for (const waiting of [8, 8, 3]) {
    await expect.poll(() => clock.waiting).toBe(waiting)
    await clock.advance(BETWEEN_MS)
  }
  const seen = await looking
  expect(seen.filter(({ ok }) => ok).map(({ assetKey }) => assetKey)).toEqual(['department/6'])
  expect([seen.length, world.other.requests.length]).toEqual([20, 20 + 19])
})

it('an answer that may be the whole system’s is told after those that came before it', async () => {
  world.other.behave((response, request) => {
    if (request.path.endsWith('/0')) telling(world.clock.now(), world.clock)(response, request)
    else response.writeHead(401).end()
  })
  const seen = await Array.fromAsync(http.observe(connected(), assetsOf(30)))
  expect(seen.map(({ assetKey }) => assetKey)).toEqual(assetsOf(30).map(({ key }) => key))
})
