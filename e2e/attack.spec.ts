import { once } from 'node:events'
import { expect, test } from '@playwright/test'
import { systemClock } from '#lib/platform/clock.ts'
import { inTurn } from './attack/ask.ts'
import { foreignNamesOpenNothing } from './attack/foreign-names.ts'
import { formsFromElsewhere } from './attack/forms.ts'
import { fillHostileWorld } from './attack/hostile-world.ts'
import { markupIsText } from './attack/markup.ts'
import { ODD_BODIES, ODD_HEADERS, ODD_PARTS, ODD_TARGETS, VERBS } from './attack/odd-requests.ts'
import { ordersAreRead } from './attack/orders.ts'
import { pathsOpenNothing } from './attack/paths.ts'
import { sqlIsText } from './attack/questions.ts'
import { chunkedBody, headOf, portOf, rawRequest } from './attack/raw-request.ts'
import type { ProcessState } from './attack/report-state.ts'
import { allRoutes } from './attack/routes.ts'
import { sessionsBegin } from './attack/sessions.ts'
import { type Harness, openHarness } from './harness.ts'

test.describe.configure({ mode: 'serial' })

let harness: Harness
let port: number
test.beforeAll(async () => {
  harness = await openHarness({
    web: { node: ['--import', new URL('attack/report-state.ts', import.meta.url).pathname] },
    prepare: fillHostileWorld,
  })
  port = portOf(harness)
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

/** Of a stream, which has no end, the head is enough. */
const short = (path: string) => (path.endsWith('/events') ? { enough: (text: string) => text.includes('\r\n\r\n') } : {})

/** What everybody sees, without the instants in it. */
async function answersOfAll(): Promise<Record<string, string>> {
  const found: Record<string, string> = {}
  await inTurn([...allRoutes(), '/nowhere'], 8, async (path) => {
    const answer = await rawRequest(port, headOf('GET', path, { connection: 'close' }), short(path))
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
  // The page that says there is nothing is made for the first time here; on a busy machine its bare words come first.
  await rawRequest(port, headOf('GET', '/account/tokens/made', { connection: 'close' }))
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
  // What is no name of a host is refused before it matters what was asked for.
  const addressed = ['/', '/runs', '/overview', '/feed.atom', '/api/health', '/api/v1/status', '/api/v1/events', '/nowhere'].flatMap(
    (path) => hosts.flatMap((host) => ['1.0', '1.1'].map((version) => ({ path, host, version }))),
  )
  await inTurn(addressed, 16, ({ path, host, version }) =>
    fire(`GET ${path} host ${host.slice(0, 20)}`, headOf('GET', path, { host }, version), short(path)),
  )
  expect(wrong).toEqual([])

  const bodies = routes.filter((path) => path.startsWith('/api/')).flatMap((path) => ODD_BODIES.map((odd) => ({ path, ...odd })))
  // Each is thrown away for a second before its connection ends: nobody waits for the others.
  await inTurn(bodies, 32, ({ path, headers, body, ...options }) =>
    fire(`POST ${path} ${JSON.stringify(headers)}`, headOf('POST', path, headers), { ...options, ...(body && { body: body() }) }),
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

test('SQL in every search field and every name is a text that stands nowhere: nothing is found, changed or said by the database', async () =>
  sqlIsText(harness))

test('markup in every text of the catalogue, of runs and of outside systems is a text in every answer, and no script of it runs', async ({
  page,
}) => markupIsText(harness, page))

test('orders with SQL, markup, escape codes, no text at all or far too much of it are done as they are written or refused in words', async () =>
  ordersAreRead(harness))

test('a name that only leads here, forged or turned to this machine after it was looked up, reads nothing, follows nothing and orders nothing', async () =>
  foreignNamesOpenNothing(harness))

test('a session that was there before somebody signed in is never theirs, and ends', async () => sessionsBegin(harness))

test('a form from elsewhere, from nowhere, or kept open while somebody else signed in orders nothing in anybody’s name but the one of who is signed in', async () =>
  formsFromElsewhere(harness))

test('no way to say a path opens a file, or at a private page anything but the way in', async () => pathsOpenNothing(harness))
