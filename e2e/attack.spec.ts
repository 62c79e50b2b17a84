import { once } from 'node:events'
import { expect, test } from '@playwright/test'
import { systemClock } from '#lib/platform/clock.ts'
import { chunkedBody, headOf, rawRequest } from './attack/raw-request.ts'
import type { ProcessState } from './attack/report-state.ts'
import { allRoutes } from './attack/routes.ts'
import { type Harness, openHarness } from './harness.ts'

test.describe.configure({ mode: 'serial' })

const VERBS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND', 'CONNECT', 'NONSENSE']
const ODD_PARTS = [
  '%00',
  '%zz',
  '%',
  '%c3%28',
  '%ff',
  '..%2f..%2fetc%2fpasswd',
  '%2e%2e',
  '\xc3\xa9',
  '%0d%0ax:y',
  '%F0%9F%92%A9',
  'a'.repeat(3000),
  "'or 1=1--",
  '%E2%80%AE',
  '%ED%A0%80',
]
const ODD_TARGETS = [
  '*',
  '//evil.example/',
  '///',
  '/..',
  '/%2e%2e/',
  '/\\evil.example',
  'http://evil.example/',
  'http://localhost/runs',
  '/?q=%00',
  '/?q=%',
  '/find?status=%00&owner=%ff',
  `/?${'a=b&'.repeat(2000)}`,
  '/_next/image?url=http://127.0.0.1:1/&w=64&q=75',
  '/_next/data/x/index.json',
  '/_next/static/%00',
  '/api',
  '/api/',
  '/api/v1',
  '/api/internal',
  '/overview/private',
  '/.env',
  '/_not-found',
  '/_global-error',
  '/500',
]
const ODD_HEADERS: Record<string, string>[] = [
  { rsc: '1' },
  { rsc: '1', 'next-router-state-tree': 'nonsense' },
  { rsc: '1', 'next-router-state-tree': '%00%zz', 'next-router-prefetch': '1' },
  { 'next-router-prefetch': '1', 'next-router-segment-prefetch': '/_tree', rsc: '1' },
  { 'next-action': 'x' },
  { 'x-middleware-subrequest': 'proxy:proxy:proxy:proxy:proxy' },
  { 'x-nextjs-data': '1', 'x-matched-path': '/runs', 'x-invoke-path': '/runs', 'x-invoke-status': '500' },
  { 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'nonsense', 'x-forwarded-port': '99999' },
  { 'accept-encoding': 'nonsense', accept: '*/*;q=x', 'if-none-match': '"', 'if-modified-since': 'never', range: 'bytes=9-1' },
  { cookie: `__prerender_bypass=x; __next_preview_data=${'y'.repeat(2000)}` },
  { 'last-event-id': '999999999999999999' },
  { upgrade: 'websocket', connection: 'Upgrade, close', 'sec-websocket-key': 'x' },
  { expect: '100-continue' },
]

let harness: Harness
let port: number
test.beforeAll(async () => {
  harness = await openHarness({ web: { node: ['--import', new URL('attack/report-state.ts', import.meta.url).pathname] } })
  port = Number(new URL(harness.url).port)
})
test.afterAll(() => harness.close())

async function stateOf(): Promise<ProcessState> {
  const { child } = harness.server
  child.send('state')
  const [state] = await once(child, 'message')
  return state
}

/** The state once everything that was let go has gone. */
async function restingState(resting: (state: ProcessState) => boolean = () => true): Promise<ProcessState> {
  for (let look = 0; look < 60; look += 1) {
    const state = await stateOf()
    if (look > 2 && (state.handles['TCPSocketWrap'] ?? 0) <= 12 && resting(state)) return state
    await systemClock.sleep(100)
  }
  return stateOf()
}

/** So many at a time: all at once would only measure the queue. */
async function inTurn<T>(items: readonly T[], atOnce: number, work: (item: T) => Promise<void>): Promise<void> {
  const waiting = items.values()
  const take = async () => {
    for (const item of waiting) await work(item)
  }
  await Promise.all(Array.from({ length: atOnce }, take))
}

/** What everybody sees, without the instants in it. */
async function answersOfAll(): Promise<Record<string, string>> {
  const found: Record<string, string> = {}
  await inTurn([...allRoutes(), '/nowhere'], 8, async (path) => {
    const answer = await rawRequest(port, headOf('GET', path, { connection: 'close' }), { waitMs: path.endsWith('/events') ? 2000 : 5000 })
    found[path] = `${answer.status} ${/content-type: [^\r]*/i.exec(answer.head)?.[0] ?? ''}`
  })
  const status = await rawRequest(port, headOf('GET', '/api/v1/status'))
  return { ...found, status: status.body }
}

test('no verb, path, host, header or body brings an answer of 500, and afterwards everything is as it was', async () => {
  test.setTimeout(120_000)
  const routes = allRoutes()
  expect(routes.length).toBeGreaterThan(20)
  const wrong: string[] = []
  const fire = async (label: string, head: string, options: Parameters<typeof rawRequest>[2] = {}) => {
    const { status } = await rawRequest(port, head, { waitMs: 3000, ...options })
    if (status >= 500) wrong.push(`${status} ${label}`)
  }
  const short = (path: string) => (path.endsWith('/events') ? { waitMs: 250 } : {})

  const answersBefore = await answersOfAll()
  await inTurn(routes, 8, (path) => fire(`GET ${path}`, headOf('GET', path), short(path)))
  const before = await restingState()

  const shots = [
    ...routes.flatMap((path) => VERBS.map((verb) => ({ verb, path }))),
    ...routes.flatMap((path) => ODD_PARTS.map((part) => ({ verb: 'GET', path: `${path}/${part}` }))),
    ...routes.flatMap((path) => ODD_PARTS.slice(0, 5).map((part) => ({ verb: 'POST', path: path.replace(/[^/]+$/, part) }))),
    ...routes.flatMap((path) => ['?x=%00', '?x=%', '?seen=%00', '?_rsc=%ff'].map((query) => ({ verb: 'GET', path: path + query }))),
    ...ODD_TARGETS.flatMap((path) => ['GET', 'HEAD', 'POST', 'OPTIONS'].map((verb) => ({ verb, path }))),
  ]
  await inTurn(shots, 16, ({ verb, path }) => fire(`${verb} ${path}`.slice(0, 120), headOf(verb, path), short(path)))
  const dressed = routes.flatMap((path) => ODD_HEADERS.map((headers) => ({ path, headers })))
  await inTurn(dressed, 16, ({ path, headers }) =>
    fire(`GET ${path} ${JSON.stringify(headers).slice(0, 100)}`, headOf('GET', path, headers), short(path)),
  )
  const hosts = ['', 'evil.example', 'a b', 'localhost:99999', 'localhost, evil.example', '[::1', '\xff', 'x'.repeat(5000)]
  const addressed = routes.flatMap((path) => hosts.flatMap((host) => ['1.0', '1.1'].map((version) => ({ path, host, version }))))
  await inTurn(addressed, 16, ({ path, host, version }) =>
    fire(`GET ${path} host ${host.slice(0, 20)}`, headOf('GET', path, { host }, version), short(path)),
  )
  expect(wrong).toEqual([])

  const order = { 'content-type': 'application/json' }
  const bodies = routes
    .filter((path) => path.startsWith('/api/'))
    .flatMap((path) => [
      { path, headers: { ...order, 'transfer-encoding': 'chunked' }, body: chunkedBody(4 * 2 ** 20) },
      { path, headers: { ...order, 'transfer-encoding': 'chunked' }, body: [Buffer.from('zz\r\nnonsense\r\n')] },
      { path, headers: { ...order, 'content-length': '50' }, body: [Buffer.from('{"a":1}')], cutAfterMs: 50 },
      { path, headers: { ...order, 'content-length': '2' }, body: [Buffer.from('{"a":1}')] },
      { path, headers: { ...order, 'content-length': '-1' } },
      { path, headers: { ...order, 'content-length': '3', 'transfer-encoding': 'chunked' }, body: chunkedBody(0) },
      { path, headers: { ...order, 'content-length': '7' }, body: [Buffer.from('\xff\xfe\x00{"a"', 'latin1')] },
      { path, headers: { 'content-type': 'multipart/form-data; boundary=x', 'content-length': '4' }, body: [Buffer.from('--x-')] },
    ])
  await inTurn(bodies, 8, ({ path, headers, ...options }) =>
    fire(`POST ${path} ${JSON.stringify(headers)}`, headOf('POST', path, headers), options),
  )
  expect(wrong).toEqual([])

  const after = await restingState(
    (state) => state.listeners <= before.listeners && (state.handles['Timeout'] ?? 0) <= (before.handles['Timeout'] ?? 0) + 4,
  )
  expect(after.listeners).toBe(before.listeners)
  expect(after.handles['Timeout'] ?? 0).toBeLessThanOrEqual((before.handles['Timeout'] ?? 0) + 4)
  expect(after.heapMb).toBeLessThan(before.heapMb * 1.5 + 20)
  expect(await answersOfAll()).toEqual(answersBefore)
})

test('a body of 200 MB in chunks is refused after what an order may have, and costs no memory', async () => {
  const before = await restingState()
  let sent = 0
  const counted = function* () {
    for (const chunk of chunkedBody(200 * 2 ** 20)) {
      sent += chunk.length
      yield chunk
    }
  }
  const headers = {
    host: new URL(harness.url).host,
    cookie: harness.cookie,
    'content-type': 'application/json',
    'transfer-encoding': 'chunked',
  }
  let peakMb = 0
  const over = new AbortController()
  const watching = (async () => {
    while (!over.signal.aborted) {
      peakMb = Math.max(peakMb, (await stateOf()).rssMb)
      await systemClock.sleep(50, over.signal)
    }
  })()
  const answer = await rawRequest(port, headOf('POST', '/api/v1/flows/nightly/runs', headers), { body: counted(), waitMs: 15_000 })
  over.abort()
  await watching
  expect([400, 413]).toContain(answer.status)
  expect(sent).toBeLessThan(100 * 2 ** 20)
  expect(peakMb).toBeLessThan(before.rssMb + 60)
})

test('an event stream is let go however it ends', async () => {
  const { listeners } = await restingState()
  const path = '/api/v1/events'
  for (let round = 0; round < 40; round += 1) await rawRequest(port, headOf('HEAD', path))
  for (let round = 0; round < 20; round += 1) await rawRequest(port, headOf('GET', path), { cutAfterMs: round % 4 })
  await inTurn(Array.from({ length: 40 }), 40, async () => void (await rawRequest(port, headOf('GET', path), { cutAfterMs: 300 })))
  await harness.write('warehouse/mart.ledger', systemClock.now())
  expect((await restingState((state) => state.listeners <= listeners)).listeners).toBe(listeners)
})
