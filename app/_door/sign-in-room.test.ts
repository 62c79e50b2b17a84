import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { knownBrowserCookie } from '#lib/access/known-browser.ts'
import { siteOf } from '#lib/domain/access/site.ts'
import { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { limitTries, signInRoom } from './sign-in-room.ts'

const START = Date.UTC(2026, 10, 20, 12)

it('looks at twenty tries at once, then at five in a second, and after a quiet while at twenty again', () => {
  const clock = new FakeClock(START)
  const hasRoom = signInRoom(clock)
  const admitted = (tries: number) => Array.from({ length: tries }, hasRoom).filter(Boolean).length
  expect(admitted(100)).toBe(20)
  clock.set(clock.now() + 199)
  expect(admitted(100)).toBe(0)
  clock.set(clock.now() + 1)
  expect(admitted(100)).toBe(1)
  clock.set(clock.now() + 1000)
  expect(admitted(100)).toBe(5)
  clock.set(clock.now() - 60_000)
  expect(admitted(100)).toBe(0)
  clock.set(clock.now() + 3_600_000)
  expect(admitted(100)).toBe(20)
})

describe('tries beyond the room there is', () => {
  const site = siteOf('localhost:3000', 'http://localhost:3000')
  let clock: FakeClock
  let ctx: { clock: FakeClock; secret: string }
  let asked: number
  let lookedAt: number
  let over: number
  let url: string
  let server: ReturnType<typeof createServer>

  beforeEach(async () => {
    clock = new FakeClock(START)
    ctx = { clock, secret: 'a secret of forty characters, at least so' }
    ;[asked, lookedAt, over] = [0, 0, 0]
    const answersTry = limitTries(ctx)
    server = createServer(async (request, response) => {
      const answered = answersTry(request, response, site)
      asked += 1
      response.once('close', () => {
        over += 1
      })
      if (await answered) return
      lookedAt += 1
      response.end('looked at')
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  })
  afterEach(() => {
    server.closeAllConnections()
    server.close()
  })

  const tryIt = (init: RequestInit = {}) =>
    fetch(`${url}/api/sign-in`, { method: 'POST', body: '{}', headers: { 'content-type': 'application/json' }, ...init })
  /** So many tries at once, all of which have arrived. */
  async function send(tries: number, init: RequestInit = {}): Promise<Promise<Response>[]> {
    const before = asked
    const sent = Array.from({ length: tries }, () => tryIt(init))
    for (const answer of sent) answer.catch(() => {})
    await expect.poll(() => asked - before, { timeout: 20_000 }).toBe(tries)
    return sent
  }
  const statuses = async (sent: readonly Promise<Response>[]) => (await Promise.all(sent)).map(({ status }) => status)

  it('wait before they are refused in words, each for a time of its own; some are looked at after all, as there is room again', async () => {
    const first = await send(20)
    expect(await statuses(first)).toEqual(Array(20).fill(200))
    const sent = await send(100)
    await clock.advance(3999)
    expect(lookedAt).toBe(20)
    await clock.advance(4001)
    const answers = await Promise.all(sent)
    const late = answers.filter(({ status }) => status === 200).length
    expect(late).toBeGreaterThanOrEqual(20)
    expect(late).toBeLessThanOrEqual(40)
    const refused = answers.filter(({ status }) => status === 429)
    expect(refused).toHaveLength(100 - late)
    expect(Object.fromEntries(refused[0]?.headers ?? [])).toMatchObject({ 'retry-after': '60', connection: 'close' })
    expect(await refused[0]?.json()).toEqual({ problem: 'Very many are signing in right now. Try again in a minute.' })
  })

  it('are refused at once when five hundred wait; who goes away makes place and takes no room', async () => {
    await statuses(await send(20))
    const gone = new AbortController()
    const waiting = await send(500, { signal: gone.signal })
    expect((await tryIt()).status).toBe(429)
    gone.abort()
    await Promise.allSettled(waiting)
    await expect.poll(() => over, { timeout: 20_000 }).toBe(asked)
    await clock.advance(60_000)
    expect(lookedAt).toBe(20)
    expect(await statuses(await send(20))).toEqual(Array(20).fill(200))
  })

  it('leave room for browsers in which somebody has signed in before, and touch nothing else', async () => {
    await statuses(await send(20))
    const waiting = await send(5)
    const [cookie = ''] = knownBrowserCookie(ctx, site, 'ada@example.edu').split(';')
    expect((await tryIt({ headers: { cookie } })).status).toBe(200)
    expect((await fetch(`${url}/sign-in`)).status).toBe(200)
    expect((await fetch(`${url}/api/v1/runs`, { method: 'POST' })).status).toBe(200)
    await clock.advance(8000)
    expect(await statuses(waiting)).toEqual(Array(5).fill(200))
  })
})
