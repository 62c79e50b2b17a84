import { createServer, type RequestListener, type Server } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { type AddressInfo, createServer as createLineServer } from 'node:net'
import { gzipSync } from 'node:zlib'
import { afterEach, describe, expect, it } from 'vitest'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { UNTRUSTED } from '#lib/testing/servers/untrusted-certificate.ts'
import { type HttpRequest, httpRequest } from './client.ts'
import { parseRetryAfter } from './errors.ts'

const NOW = Date.parse('2026-11-20T07:00:00Z')
const servers: Server[] = []
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.close()
    server.closeAllConnections()
  }
})

async function listen(server: Server): Promise<number> {
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('no port')
  return address.port
}

const serve = async (handler: RequestListener) => `http://127.0.0.1:${await listen(createServer(handler))}`

const get = (url: string, more: Partial<Pick<HttpRequest, 'method' | 'body' | 'limits' | 'signal'>> = {}) =>
  httpRequest({
    system: 'The shop',
    url,
    clock: new FakeClock(NOW),
    headers: { authorization: 'Bearer hush' },
    signal: new AbortController().signal,
    ...more,
  })
const text = (url: string, more: Parameters<typeof get>[1] = {}) => get(url, more).then((answer) => answer.text())

/** The error, which is ours, says nothing secret, and names no address. */
async function failure(work: Promise<unknown>): Promise<TidemarkError> {
  const error: unknown = await work.catch((e: unknown) => e)
  if (!(error instanceof TidemarkError)) throw new Error(`not ours: ${String(error)}`)
  expect(error.publicMessage).toMatch(/The shop/)
  expect(`${error.publicMessage} ${error.message}`).not.toMatch(/hush|127\.0\.0\.1/)
  return error
}

describe('an HTTP request', () => {
  it('gives the body, compressed or not', async () => {
    const url = await serve((request, response) => {
      if (request.url === '/plain') return response.end('plain')
      return response.setHeader('content-encoding', 'gzip').end(gzipSync('zipped'))
    })
    expect(await text(`${url}/plain`)).toBe('plain')
    expect(await text(`${url}/zipped`)).toBe('zipped')
  })

  it.each([
    [400, 'refused', false],
    [401, 'refused', false],
    [404, 'not-found', false],
    [408, 'timeout', true],
    [425, 'unavailable', true],
    [429, 'unavailable', true],
    [500, 'unavailable', true],
    [503, 'unavailable', true],
    [504, 'timeout', true],
  ])('takes %i as %s, retryable: %s', async (status, code, retryable) => {
    const url = await serve((_request, response) => response.writeHead(status).end('secret details'))
    expect(await failure(get(url))).toMatchObject({ code, retryable })
  })

  it('reads Retry-After as seconds and as a date', async () => {
    const url = await serve((request, response) =>
      response.writeHead(429, { 'retry-after': request.url === '/date' ? 'Fri, 20 Nov 2026 07:02:00 GMT' : '17' }).end(),
    )
    expect((await failure(get(`${url}/seconds`))).retryAfterMs).toBe(17_000)
    expect((await failure(get(`${url}/date`))).retryAfterMs).toBe(120_000)
    expect(parseRetryAfter('Thu, 19 Nov 2026 07:02:00 GMT', NOW)).toBe(0)
    expect(parseRetryAfter('soon', NOW)).toBeUndefined()
  })

  it('follows a redirect on the same origin, and never takes its credentials to another', async () => {
    const seen: string[] = []
    const elsewhere = await serve((request, response) => response.end(String(seen.push(`elsewhere ${request.headers.authorization}`))))
    const url = await serve((request, response) => {
      if (request.url === '/near') return response.writeHead(302, { location: '/here' }).end()
      if (request.url === '/far') return response.writeHead(302, { location: `${elsewhere}/` }).end()
      return response.end('here')
    })
    expect(await text(`${url}/near`)).toBe('here')
    expect(await failure(get(`${url}/far`))).toMatchObject({ code: 'refused', retryable: false })
    expect(seen).toEqual([])
  })

  it.each([
    ['another port', (port: number) => `http://127.0.0.1:${port}/`],
    ['another name of this machine', (port: number) => `http://localhost:${port}/`],
    ['a name without its scheme', (port: number) => `//localhost:${port}/`],
    ['a name that begins like its own', (port: number) => `http://127.0.0.1.localhost:${port}/`],
    ['its own name as somebody’s', (port: number) => `http://127.0.0.1@localhost:${port}/`],
    ['the address in another spelling', (port: number) => `http://2130706433:${port}/`],
    ['an address of the network’s own', () => 'http://10.0.0.1/'],
    ['what tells machines their credentials', () => 'http://169.254.169.254/latest/meta-data/'],
    ['the same by IPv6', () => 'http://[::ffff:169.254.169.254]/'],
    ['a file', () => 'file:///etc/passwd'],
    ['what is no address', () => 'http://'],
  ])('sent on to %s asks nothing there', async (_where, location) => {
    const asked: string[] = []
    const port = await listen(createServer((request, response) => response.end(String(asked.push(`${request.headers.authorization}`)))))
    const url = await serve((_request, response) => response.writeHead(302, { location: location(port), 'set-cookie': 'a=b' }).end())
    for (const method of ['GET', 'HEAD', 'POST'] as const)
      expect(await failure(get(url, { method }))).toMatchObject({ code: 'refused', retryable: false })
    expect(asked).toEqual([])
  })

  it('does not follow a redirect of a POST, which would become a GET', async () => {
    const asked: unknown[] = []
    const url = await serve((request, response) => {
      asked.push(request.method)
      return request.url === '/there' ? response.end('there') : response.writeHead(302, { location: '/there' }).end()
    })
    expect(await failure(get(url, { method: 'POST', body: '{}' }))).toMatchObject({ code: 'refused', retryable: false })
    expect(asked).toEqual(['POST'])
  })

  it('gives up on redirects that go round', async () => {
    const url = await serve((_request, response) => response.writeHead(302, { location: '/' }).end())
    expect((await failure(get(url))).code).toBe('refused')
  })

  it('sends nothing to a server whose certificate cannot be verified', async () => {
    const asked: string[] = []
    const port = await listen(createTlsServer(UNTRUSTED, (_request, response) => response.end(String(asked.push('')))))
    const error = await failure(get(`https://localhost:${port}/`))
    expect(error).toMatchObject({ code: 'refused', retryable: false })
    expect(error.publicMessage).toContain('certificate')
    expect(asked).toEqual([])
  })

  it('does not call a server out of reach that answers with something else than HTTP', async () => {
    const server = createLineServer((socket) => {
      socket.on('error', () => {})
      socket.end('SSH-2.0-OpenSSH_9.2\r\n')
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    expect((await failure(get(`http://127.0.0.1:${port}/`))).publicMessage).toContain('not HTTP')
    server.close()
  })

  it('does not speak of a certificate where there is no encryption at all', async () => {
    const url = await serve((_request, response) => response.end('plain'))
    const error = await failure(get(url.replace('http:', 'https:')))
    expect(error.publicMessage).toContain('perhaps it is http there')
    expect(error.publicMessage).not.toContain('certificate')
  })

  it.each([
    ['with a length', { 'content-length': '1000' }],
    ['in chunks', {}],
    ['compressed', { 'content-encoding': 'gzip' }],
  ])('notices a body that is cut off, %s', async (_how, headers) => {
    const url = await serve((_request, response) => {
      response.writeHead(200, headers)
      response.write(gzipSync('x'.repeat(100)).subarray(0, 12), () => response.socket?.destroy())
    })
    expect(await failure(text(url))).toMatchObject({ code: 'unavailable', retryable: true })
  })

  it('says in words that nobody listens, or that the host is unknown', async () => {
    const error = await failure(get('http://127.0.0.1:1/'))
    expect(error).toMatchObject({ code: 'unavailable', retryable: true, publicMessage: expect.stringContaining('refuses connections') })
    expect((await failure(get('http://nowhere.invalid/'))).publicMessage).toContain('cannot be found')
  })

  it('limits the wait for an answer, the pause within it, the whole of it and its size', async () => {
    const url = await serve((request, response) => {
      if (request.url === '/silent') return
      response.write('x'.repeat(100))
      if (request.url === '/endless') setInterval(() => response.write('x'), 5).unref()
    })
    expect((await failure(get(`${url}/silent`, { limits: { headersMs: 50 } }))).publicMessage).toContain('did not begin to answer')
    expect((await failure(text(`${url}/pause`, { limits: { idleMs: 50 } }))).publicMessage).toContain('stopped sending')
    expect(await failure(text(`${url}/endless`, { limits: { totalMs: 100 } }))).toMatchObject({ code: 'timeout', retryable: true })
    expect(await failure(text(`${url}/endless`, { limits: { bodyBytes: 99 } }))).toMatchObject({ code: 'refused', retryable: false })
  })

  it('stops when it is told to, and calls that cancelled', async () => {
    const control = new AbortController()
    const url = await serve((_request, response) => {
      response.write('x')
      control.abort()
    })
    expect(await failure(text(url, { signal: control.signal }))).toMatchObject({ code: 'cancelled', retryable: false })
  })
})
