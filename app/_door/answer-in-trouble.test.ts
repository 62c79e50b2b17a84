import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { DatabaseTrouble } from '#app/_lib/database-pulse.ts'
import { headOf, rawRequest } from '../../e2e/attack/raw-request.ts'
import { answerInTrouble, type Behind } from './answer-in-trouble.ts'
import { createDoor } from './door.ts'

const FROZEN: DatabaseTrouble = { problem: 'The database is frozen.', since: 5 }

let known: DatabaseTrouble | undefined
let found: DatabaseTrouble | undefined
let silence: Set<() => void>
let answer: Behind['answer']
let door: ReturnType<typeof createDoor>
let port: number

beforeEach(async () => {
  known = undefined
  found = undefined
  silence = new Set()
  const behind: Behind = {
    answer: (request, response) => answer(request, response),
    known: () => known,
    look: async () => known ?? found,
    whenSilent: (call) => {
      silence.add(call)
      return () => silence.delete(call)
    },
    renderMissing: async () => ({ headers: { 'content-type': 'text/html' }, body: '<h1>nothing here</h1>' }),
    render: async (trouble) => ({ headers: { 'content-type': 'text/html' }, body: `<h1>${trouble?.problem ?? 'unexpected'}</h1>` }),
  }
  door = createDoor({
    isDevelopment: false,
    addresses: [],
    proxies: [],
    catalogueAddress: async () => null,
    answer: (request, response) => answerInTrouble(request, response, behind),
  })
  await new Promise<void>((resolve) => door.listen(0, '127.0.0.1', resolve))
  port = (door.address() as AddressInfo).port
})

afterEach(() => {
  door.closeAllConnections()
  return new Promise((resolve) => door.close(resolve))
})

const ask = (path: string, method = 'GET') => rawRequest(port, headOf(method, path))
const silent = (trouble: DatabaseTrouble) => {
  known = trouble
  for (const call of [...silence]) call()
}
/** What Next does: begins with a status, then bit by bit, in two ways. */
const answersWith =
  (status: number, body = 'the page'): Behind['answer'] =>
  async (_request, response) => {
    response.setHeader('x-powered-by', 'a page')
    response.statusCode = status
    response.flushHeaders()
    response.write(body.slice(0, 3))
    response.end(body.slice(3))
  }

describe('an answer', () => {
  it('that is good goes out as it is, and nobody waits on', async () => {
    answer = answersWith(200)
    for (const path of ['/', '/runs', '/api/v1/status', '/feed.atom', '/api/health', '///', '//[', '/?q=']) {
      const { status, body } = await ask(path)
      expect([status, body], path).toEqual([200, expect.stringContaining('the')])
    }
    expect(silence.size).toBe(0)
  })

  it('of a page is 503 with the words, at once, while the database is known to be silent', async () => {
    known = FROZEN
    answer = () => new Promise(() => {})
    for (const path of ['/runs', '/feeds/terms', '/?status=late', '/nowhere', '/overview', '/overview/public']) {
      const { status, head, body } = await ask(path)
      expect([status, body], path).toEqual([503, '<h1>The database is frozen.</h1>'])
      expect(head.toLowerCase(), path).toContain('retry-after: 10')
      expect(head.toLowerCase(), path).toContain('cache-control: no-store')
    }
    expect(await ask('/runs', 'HEAD')).toMatchObject({ status: 503, body: '' })
  })

  it('that waits for the database is 503 as soon as that falls silent, in JSON where it was asked for', async () => {
    let late: (() => void) | undefined
    answer = async (request, response) => {
      await new Promise<void>((resolve) => {
        late = resolve
        setImmediate(() => silent(FROZEN))
      })
      await answersWith(200)(request, response)
    }
    expect(await ask('/runs')).toMatchObject({ status: 503, body: '<h1>The database is frozen.</h1>' })
    late?.()
    known = undefined
    const piece = await ask('/api/v1/status')
    expect([piece.status, JSON.parse(piece.body)]).toEqual([503, { problem: expect.stringContaining('frozen') }])
    known = undefined
    expect((await ask('/feeds/terms/feed.atom')).status).toBe(503)
    expect(silence.size).toBe(0)
  })

  it('that fails is 503 while the database is in trouble, else 500, in words either way, and nothing of the failure gets out', async () => {
    const failures: Behind['answer'][] = [
      answersWith(500, 'half a page'),
      (_request, response) => {
        response.writeHead(500, { 'x-inner': 'y' })
        response.end('half a page')
        return Promise.resolve()
      },
      () => Promise.reject(new Error('no')),
    ]
    for (const failure of failures) {
      answer = failure
      for (const path of ['/runs', '/']) {
        found = FROZEN
        const gone = await ask(path)
        expect([gone.status, gone.body]).toEqual([503, '<h1>The database is frozen.</h1>'])
        found = undefined
        const wrong = await ask(path)
        expect([wrong.status, wrong.body]).toEqual([500, '<h1>unexpected</h1>'])
        expect(wrong.head).not.toMatch(/retry-after|x-inner|x-powered-by/i)
      }
    }
  })

  it('that fails for want of a database that is back by then is 503, too: of the overview, which waits for no answer of it, and of the API', async () => {
    answer = async () => {
      silent(FROZEN)
      known = undefined
      throw new Error('not rendered')
    }
    const { status, head, body } = await ask('/')
    expect([status, body]).toEqual([503, '<h1>The database is frozen.</h1>'])
    expect(head.toLowerCase()).toContain('retry-after: 10')
    known = FROZEN
    answer = async () => {
      known = undefined
      throw new Error('not rendered')
    }
    expect((await ask('/')).status).toBe(503)
    found = FROZEN
    answer = () => Promise.reject(new Error('not looked up'))
    const piece = await ask('/api/v1/status')
    expect([piece.status, JSON.parse(piece.body)]).toEqual([503, { problem: expect.stringContaining('frozen') }])
    found = undefined
    expect((await ask('/api/v1/status')).status).toBe(500)
    expect(silence.size).toBe(0)
  })

  it('of a page that is not there is a whole page with 404; what is no document keeps its own', async () => {
    answer = answersWith(404, 'a shell')
    const { status, head, body } = await ask('/assets/no/such')
    expect([status, body]).toEqual([404, '<h1>nothing here</h1>'])
    expect(head).not.toMatch(/x-powered-by/i)
    expect(await ask('/assets/no/such', 'HEAD')).toMatchObject({ status: 404, body: '' })
    for (const path of ['/api/nothing', '/_next/static/x.js']) expect((await ask(path)).body, path).toContain('hell')
    expect((await rawRequest(port, headOf('GET', '/assets/no/such', { rsc: '1' }))).body).toContain('hell')
  })

  it('that has its own words keeps them: the overview as last known, health, streams, orders and the rest of the API', async () => {
    known = FROZEN
    answer = answersWith(200)
    for (const path of ['/', '/api/health', '/api/v1/events', '/api/v1/status', '/_next/static/x.js'])
      expect((await ask(path)).status, path).toBe(200)
    answer = answersWith(503, '{"problem":"own words"}')
    for (const path of ['/api/v1/status', '/feed.atom']) expect((await ask(path)).body, path).toContain('own words')
    const order = headOf('POST', '/api/v1/flows/x/runs', { 'content-length': '2' })
    expect((await rawRequest(port, order, { body: [Buffer.from('{}')] })).status).toBe(503)
  })

  it('leaves the connection to the next request', async () => {
    answer = (request, response) => (request.url === '/runs' ? answersWith(500)(request, response) : answersWith(200)(request, response))
    found = FROZEN
    const two = headOf('GET', '/runs', { connection: 'keep-alive' }) + headOf('GET', '/flows')
    const { status, body } = await rawRequest(port, two)
    expect(status).toBe(503)
    expect(body).toContain('HTTP/1.1 200')
  })
})
