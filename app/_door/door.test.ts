import { type AddressInfo, connect } from 'node:net'
import { networkInterfaces } from 'node:os'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { headOf, rawRequest } from '../../e2e/attack/raw-request.ts'
import { createDoor } from './door.ts'

/** An address of this machine that is not loopback: who connects to it comes from there, too. */
const outer = Object.values(networkInterfaces())
  .flat()
  .find((address) => address?.family === 'IPv4' && !address.internal)?.address

const ORDER = { 'content-type': 'application/json', 'content-length': '2' }
let seen: { url: string | undefined; headers: Record<string, unknown> }[]
let catalogue: string | null
let asked: number
let door: ReturnType<typeof createDoor>
let port: number
let pending: (() => void)[]

beforeEach(() => {
  seen = []
  asked = 0
  pending = []
  catalogue = 'https://status.campus.example'
  return openDoor({})
})
afterEach(() => closeDoor())

async function openDoor(limits: { headersMs?: number; requestMs?: number }): Promise<void> {
  door = createDoor({
    isDevelopment: false,
    limits: { checkMs: 20, ...limits },
    addresses: ['https://data.campus.example:8443', 'http://localhost:3000'],
    proxies: [],
    catalogueAddress: async () => {
      asked += 1
      return catalogue
    },
    answer: async (request, response) => {
      seen.push({ url: request.url, headers: { ...request.headers } })
      if (request.url === '/throws') throw new Error('boom')
      if (request.url === '/slow') return void pending.push(() => response.end('at last'))
      if (request.url !== '/api/unread') for await (const _ of request);
      response.end('let in')
    },
  })
  await new Promise<void>((resolve) => door.listen(0, '0.0.0.0', resolve))
  port = (door.address() as AddressInfo).port
}

function closeDoor(): Promise<unknown> {
  door.closeAllConnections()
  return new Promise((resolve) => door.close(resolve))
}

const from = (host: string | undefined, head: string, body: Buffer[] = []) =>
  rawRequest(port, head, { body, ...(host !== undefined && { host }) })

const connections = () => new Promise<number>((resolve) => door.getConnections((_, count) => resolve(count)))

describe('from loopback', () => {
  it.each(['localhost', '127.0.0.1:3000', 'data.campus.example', 'status.campus.example'])('%s is this page', async (host) => {
    expect(await from(undefined, headOf('GET', '/', { host }))).toMatchObject({ status: 200, body: expect.stringContaining('let in') })
  })

  it.each(['evil.example:3000', 'localhost.evil.example'])('%s only leads here: it reads nothing and orders nothing', async (host) => {
    const read = await from(undefined, headOf('GET', '/', { host }))
    expect(read.status).toBe(421)
    expect(read.body).toContain('TIDEMARK_URL')
    expect(read.body).toContain('page.url')
    const order = await from(
      undefined,
      headOf('POST', '/api/v1/flows/x/runs', { host, origin: `http://${host}`, 'sec-fetch-site': 'same-origin', ...ORDER }),
      [Buffer.from('{}')],
    )
    expect(order.status).toBe(421)
    expect(JSON.parse(order.body)).toHaveProperty('problem')
    expect(seen).toEqual([])
  })

  it('a whole address in the first line counts before the Host header', async () => {
    expect((await from(undefined, headOf('GET', 'http://evil.example/runs', { host: 'localhost' }))).status).toBe(421)
    expect((await from(undefined, headOf('GET', 'http://localhost/runs', { host: 'evil.example' }))).status).toBe(200)
    expect(seen).toMatchObject([{ url: '/runs', headers: { host: 'localhost' } }])
  })

  it('no name at all is none of this page, also in HTTP/1.0', async () => {
    expect((await from(undefined, headOf('GET', '/', { host: '' }, '1.0'))).status).toBe(421)
    expect((await from(undefined, headOf('GET', '/', { host: '' }))).status).toBe(421)
    expect((await from(undefined, headOf('GET', '/', { host: 'localhost' }, '1.0'))).status).toBe(200)
    expect(seen).toHaveLength(1)
  })

  it('what only a proxy may claim is left out', async () => {
    await from(
      undefined,
      headOf('GET', '/', { 'x-forwarded-host': 'evil.example', 'X-Forwarded-For': '127.0.0.1', forwarded: 'host=evil' }),
    )
    expect(Object.keys(seen[0]?.headers ?? {}).filter((name) => name.includes('forwarded'))).toEqual([])
  })

  it('the catalogue is asked only for names that are not known otherwise, and without its answer they are not', async () => {
    await from(undefined, headOf('GET', '/'))
    expect(asked).toBe(0)
    catalogue = null
    expect((await from(undefined, headOf('GET', '/', { host: 'status.campus.example' }))).status).toBe(421)
    expect(asked).toBe(1)
  })
})

describe.skipIf(outer === undefined)('from elsewhere', () => {
  it('a forged loopback name is turned away, for reading and for orders', async () => {
    for (const host of ['localhost', 'localhost:3000', '127.0.0.1', '[::1]']) {
      expect((await from(outer, headOf('GET', '/', { host }))).status, host).toBe(421)
      expect((await from(outer, headOf('POST', '/api/v1/flows/x/runs', { host, ...ORDER }), [Buffer.from('{}')])).status, host).toBe(421)
    }
    for (const host of ['x-forwarded-host', 'x-forwarded-for'])
      expect((await from(outer, headOf('GET', '/', { host: 'localhost', [host]: '127.0.0.1' }))).status).toBe(421)
    expect((await from(outer, headOf('GET', 'http://localhost/', { host: 'localhost' }, '1.0'))).status).toBe(421)
    expect(seen).toEqual([])
  })

  it('the address itself and the names of the page are answered to', async () => {
    for (const host of [`${outer}`, `${outer}:3000`, 'status.campus.example', 'data.campus.example'])
      expect((await from(outer, headOf('GET', '/', { host }))).status, host).toBe(200)
  })
})

describe('the door', () => {
  it('tells a refused HEAD nothing but the head', async () => {
    const answer = await from(undefined, headOf('HEAD', '/%zz'))
    expect([answer.status, answer.body]).toEqual([400, ''])
  })

  it('refuses a tunnel and leaves an upgrade unnoticed', async () => {
    expect((await from(undefined, headOf('CONNECT', 'localhost:22'))).status).toBe(405)
    const upgrade = headOf('GET', '/', { connection: 'Upgrade, close', upgrade: 'websocket', 'sec-websocket-key': 'x' })
    expect((await from(undefined, upgrade)).status).toBe(200)
  })

  it('ends a connection whose body nobody reads, soon after the answer', async () => {
    const head = headOf('POST', '/api/unread', { connection: 'keep-alive', 'content-length': '60000' })
    const answer = await rawRequest(port, head, { body: [Buffer.from('{')], waitMs: 5000 })
    expect(answer.status).toBe(200)
    expect(await connections()).toBe(0)
  })

  it('says so in words when the answer fails', async () => {
    const failed = await from(undefined, headOf('GET', '/throws'))
    expect(failed.status).toBe(500)
    // Nobody writes it down here.
    expect(failed.body).not.toContain('log')
  })

  it('answers what was sent ahead in turn, and forgets it when nobody listens any more', async () => {
    const ahead = headOf('GET', '/slow', { connection: 'keep-alive' }).repeat(50)
    const listener = connect(port, '127.0.0.1').on('error', () => {})
    listener.write(ahead)
    await vi.waitFor(() => expect(pending).toHaveLength(1), 10_000)
    listener.destroy()
    await vi.waitFor(async () => expect(await connections()).toBe(0), 10_000)
    pending[0]?.()
    expect((await from(undefined, headOf('GET', '/'))).status).toBe(200)
    expect(seen.map(({ url }) => url)).toEqual(['/slow', '/'])
    const all = await rawRequest(port, headOf('GET', '/', { connection: 'keep-alive' }).repeat(99) + headOf('GET', '/'))
    expect(`${all.head}${all.body}`.match(/HTTP\/1\.1 200/g)).toHaveLength(100)
  })

  it('ends a connection that sends ever more ahead', async () => {
    const ahead = headOf('GET', '/slow', { connection: 'keep-alive' }).repeat(200)
    expect((await rawRequest(port, ahead, { waitMs: 5000 })).status).toBe(0)
    expect(seen.length).toBeLessThan(2)
  })

  it('does not wait longer than it says for a head or a body that comes slowly', async () => {
    await closeDoor()
    await openDoor({ headersMs: 60, requestMs: 120 })
    expect((await rawRequest(port, 'GET / HTTP/1.1\r\nHo', { waitMs: 5000 })).status).toBe(408)
    const head = headOf('POST', '/api/x', { ...ORDER, 'content-length': '20', connection: 'keep-alive' })
    expect((await rawRequest(port, head, { body: [Buffer.from('{')], waitMs: 5000 })).status).toBe(408)
  })

  it('takes nothing for a second request that came as the content of a refused one', async () => {
    const inner = headOf('GET', '/inner')
    for (const framing of [{ 'transfer-encoding': 'chunked' }, { 'content-length': String(inner.length) }]) {
      const head = headOf('GET', '/', { ...framing, connection: 'keep-alive' })
      const body = 'content-length' in framing ? inner : `0\r\n\r\n${inner}`
      const answer = await rawRequest(port, head + body)
      expect([answer.status, answer.body.includes('let in')]).toEqual([400, false])
    }
    expect(seen).toEqual([])
  })
})
