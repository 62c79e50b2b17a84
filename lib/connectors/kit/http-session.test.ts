import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { SECOND_MS } from '#lib/domain/time/instant.ts'
import { isJsonObject } from '#lib/domain/values/json.ts'
import { silentLog } from '#lib/platform/log.ts'
import { deferred, FakeClock, turns as letRun } from '#lib/testing/clock/fake-clock.ts'
import { type Answer, answerJson, type HttpReceiver, startHttpReceiver } from '#lib/testing/servers/http-receiver.ts'
import type { Connection } from './connector.ts'
import { HttpSession } from './http-session.ts'
import { probeEach, reachable } from './probe.ts'
import { KeptTickets } from './starting/kept-tickets.ts'
import { type Limits, Turns, UNLIMITED } from './turns.ts'

let receiver: HttpReceiver
beforeAll(async () => {
  receiver = await startHttpReceiver()
})
afterAll(() => receiver.close())
afterEach(() => receiver.requests.splice(0))

const TOKEN_MS = 3600 * SECOND_MS

/** A system that hands out numbered tokens and knows the last one only. */
function world(limits: Limits = { atOnce: 5, perMinute: null }) {
  const clock = new FakeClock('2026-11-20T07:00:00Z')
  const state = { tokens: 0, isLocked: false, refusedBy: 401, knows: (token: number) => token === state.tokens, atOnce: 0, atOnceMax: 0 }
  const answerTo: Answer = (response, request) => {
    if (request.path === '/login') {
      if (state.isLocked) return void response.writeHead(401).end('who are you?')
      state.tokens += 1
      return answerJson({ token: state.tokens })(response, request)
    }
    if (!state.knows(Number(request.headers.authorization?.slice(6)))) return void response.writeHead(state.refusedBy).end()
    state.atOnce += 1
    state.atOnceMax = Math.max(state.atOnceMax, state.atOnce)
    setTimeout(() => {
      state.atOnce -= 1
      answerJson({ asked: request.path })(response, request)
    }, 2)
  }
  receiver.behave(answerTo)
  const connection: Connection<unknown> = {
    key: 'bi',
    settings: {},
    clock,
    log: silentLog,
    signal: new AbortController().signal,
    turns: new Turns(clock, limits),
  }
  const at = (path: string) => new URL(path, receiver.url).href
  const open = (more: Partial<Connection<unknown>> = {}) =>
    new HttpSession(
      { ...connection, ...more },
      {
        system: 'BI (bi)',
        timeoutMs: 30_000,
        async signIn(ask) {
          const answer = await ask({ url: at('/login'), form: { client_id: 'tidemark', client_secret: 'hush' } })
          const token = isJsonObject(answer) ? answer['token'] : null
          return { headers: { authorization: `token ${String(token)}` }, endsAt: clock.now() + TOKEN_MS }
        },
        async signOut(ask) {
          await ask({ url: at('/logout'), method: 'DELETE' })
        },
      },
    )
  return { clock, state, connection, at, open, answerTo }
}
const paths = () => receiver.requests.map(({ method, path }) => `${method} ${path}`)

describe('a session over HTTP', () => {
  it('asks a thousand things after one sign-in, five at a time, and signs out', async () => {
    const { state, connection, at, open } = world()
    const session = open()
    const assets = Array.from({ length: 1000 }, (_, i) => ({ key: `bi/${i}`, path: String(i), settings: {}, previous: null }))
    const probe = async (asset: { path: string }) => reachable(JSON.stringify(await session.json({ url: at(`/tiles/${asset.path}`) })))
    const seen = await Array.fromAsync(probeEach(connection, assets, probe, 50))
    await session.close()
    expect(new Set(seen.map(({ assetKey }) => assetKey)).size).toBe(1000)
    expect(state).toMatchObject({ tokens: 1, atOnceMax: 5 })
    expect([paths().slice(0, 1), paths().slice(-1)]).toEqual([['POST /login'], ['DELETE /logout']])
    expect(receiver.requests[0]).toMatchObject({ body: 'client_id=tidemark&client_secret=hush' })
    expect(receiver.requests.at(-1)?.headers.authorization).toBe('token 1')
  })

  it('asks nothing before its first question, and does not sign out where it never signed in', async () => {
    await world().open().close()
    expect(receiver.requests).toEqual([])
  })

  it('signs in again before its token ends', async () => {
    const { clock, state, at, open } = world()
    const session = open()
    await session.json({ url: at('/a') })
    clock.set(clock.now() + TOKEN_MS - 30 * SECOND_MS)
    await Promise.all([session.json({ url: at('/b') }), session.json({ url: at('/c') })])
    expect(state.tokens).toBe(2)
    expect(paths()).toEqual(['POST /login', 'GET /a', 'POST /login', 'GET /b', 'GET /c'])
  })

  it('signs in again once when its token is refused, for all that were refused together', async () => {
    const { state, at, open } = world()
    const session = open()
    await session.json({ url: at('/a') })
    state.tokens = 7
    const answers = await Promise.all(['/b', '/c', '/d'].map((path) => session.json({ url: at(path) })))
    expect(answers).toEqual([{ asked: '/b' }, { asked: '/c' }, { asked: '/d' }])
    expect(paths().filter((path) => path === 'POST /login')).toHaveLength(2)
  })

  it('does not sign in a thousand times where every token is refused', async () => {
    const { state, at, open } = world()
    state.knows = () => false
    const session = open()
    const all = await Promise.allSettled(Array.from({ length: 50 }, (_, i) => session.json({ url: at(`/${i}`) })))
    expect(all.every(({ status }) => status === 'rejected')).toBe(true)
    expect(state.tokens).toBe(2)
    await expect(session.json({ url: at('/later') })).rejects.toMatchObject({ status: 401 })
    expect(state.tokens).toBe(2)
  })

  it('tries a password that was refused no second time, and says to every question why', async () => {
    const { state, at, open } = world()
    state.isLocked = true
    const session = open()
    const all = await Promise.allSettled(Array.from({ length: 20 }, () => session.json({ url: at('/a') })))
    await expect(session.json({ url: at('/a') })).rejects.toThrow('refused the credentials')
    expect(all.map((one) => one.status === 'rejected' && String(one.reason).includes('HTTP 401'))).toEqual(Array(20).fill(true))
    expect(paths()).toEqual(['POST /login'])
  })

  it('waits as long as the system asks it to, and everybody with it', async () => {
    const { clock, at, open, answerTo } = world()
    const held = deferred()
    class NotingTurns extends Turns {
      override holdUntil(until: number): void {
        super.holdUntil(until)
        held.resolve()
      }
    }
    const session = open({ turns: new NotingTurns(clock, UNLIMITED) })
    await session.json({ url: at('/a') })
    let isBusy = true
    receiver.behave((response, request) => (isBusy ? response.writeHead(429, { 'retry-after': '20' }).end() : answerTo(response, request)))
    const first = session.json({ url: at('/b') })
    await held.promise
    isBusy = false
    const other = session.json({ url: at('/c') })
    await letRun()
    await clock.advance(20 * SECOND_MS - 1)
    expect(paths()).toEqual(['POST /login', 'GET /a', 'GET /b'])
    await clock.advance(1)
    expect(await Promise.all([first, other])).toEqual([{ asked: '/b' }, { asked: '/c' }])
  })

  it('leaves its token to the next session of its run, which signs in only where that ends or is refused; the run signs out', async () => {
    const { clock, state, at, open } = world()
    const tickets = new KeptTickets()
    const ask = async (path: string) => {
      const session = open({ tickets })
      await session.json({ url: at(path) })
      await session.close()
    }
    for (const path of ['/a', '/b']) await ask(path)
    expect(paths()).toEqual(['POST /login', 'GET /a', 'GET /b'])
    state.tokens = 7
    await ask('/refused')
    expect(paths().slice(3)).toEqual(['GET /refused', 'POST /login', 'GET /refused'])
    clock.set(clock.now() + TOKEN_MS)
    for (const path of ['/c', '/d']) await ask(path)
    expect(paths().slice(6)).toEqual(['POST /login', 'GET /c', 'GET /d'])
    await tickets.close()
    await ask('/late')
    expect(paths().slice(9)).toEqual(['DELETE /logout', 'POST /login', 'GET /late', 'DELETE /logout'])
  })

  it('signs in anew where the token that was left is forbidden what it asks for, and believes that of its own', async () => {
    const { state, at, open } = world()
    const tickets = new KeptTickets()
    const first = open({ tickets })
    await first.json({ url: at('/a') })
    await first.close()
    Object.assign(state, { tokens: 7, refusedBy: 403 })
    const next = open({ tickets })
    expect(await next.json({ url: at('/b') })).toEqual({ asked: '/b' })
    state.knows = () => false
    await expect(next.json({ url: at('/c') })).rejects.toMatchObject({ status: 403 })
    expect(paths()).toEqual(['POST /login', 'GET /a', 'GET /b', 'POST /login', 'GET /b', 'GET /c'])
  })

  it('leaves a longer wait to whoever asked, with the time', async () => {
    const { at, open, answerTo } = world()
    receiver.behave((response, request) =>
      request.path === '/b' ? response.writeHead(503, { 'retry-after': '600' }).end() : answerTo(response, request),
    )
    await expect(open().json({ url: at('/b') })).rejects.toMatchObject({ status: 503, retryAfterMs: 600_000, retryable: true })
  })

  it('signs out also when its work was cancelled, and asks nothing afterwards', async () => {
    const { at, open } = world()
    const work = new AbortController()
    const session = open({ signal: work.signal })
    await session.json({ url: at('/a') })
    work.abort()
    await expect(session.json({ url: at('/b') })).rejects.toMatchObject({ code: 'cancelled' })
    await session.close()
    expect(paths().at(-1)).toBe('DELETE /logout')
    await expect(session.json({ url: at('/c') }, new AbortController().signal)).rejects.toThrow('the session is over')
  })

  it('goes on for the others when one question is broken off during the sign-in', async () => {
    const { state, at, open } = world()
    const session = open()
    const own = new AbortController()
    const gone = session.json({ url: at('/a') }, own.signal)
    const stays = session.json({ url: at('/b') })
    own.abort()
    await expect(gone).rejects.toMatchObject({ code: 'cancelled' })
    expect(await stays).toEqual({ asked: '/b' })
    expect(state.tokens).toBe(1)
  })

  it('gives a turn back when an answer is put down unread', async () => {
    const { at, open } = world({ atOnce: 1, perMinute: null })
    const session = open()
    for (const path of ['/a', '/b', '/c']) for await (const _piece of (await session.ask({ url: at(path) })).body) break
    expect(await session.json({ url: at('/d') })).toEqual({ asked: '/d' })
  })
})
