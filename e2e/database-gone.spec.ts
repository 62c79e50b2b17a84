import { expect, test } from '@playwright/test'
import { systemClock } from '#lib/platform/clock.ts'
import { type CutLine, cutLine } from './attack/cut-line.ts'
import { allRoutes } from './attack/routes.ts'
import { startWebServer, type WebServer } from './bench/web-server.ts'
import { violations } from './every-page/measure.ts'
import { type Harness, openHarness } from './harness.ts'

/** From the fault to an answer: two seconds until the next look, three of patience, and three for a slow machine that renders all pages at once. */
const ANSWER_MS = 8000
// What only leads to a page is told by that.
const PIECES = allRoutes().filter((path) => /^\/api\/|feed\.atom$/.test(path) && !/\/(internal\/|events$|moved$|leave$)/.test(path))
/** Images and frames say so themselves, in grey. */
const EMBEDS = allRoutes()
  .filter((path) => path.startsWith('/embed/'))
  .map((path) => (path.endsWith('/badge.svg') ? path : `${path}/badge.svg`))
const PAGES = [
  ...allRoutes().filter((path) => !/^\/(api|embed|overview|unavailable|account\/tokens\/made)\b|feed\.atom$/.test(path)),
  '/?status=late',
]

let harness: Harness
let line: CutLine
let server: WebServer
test.beforeAll(async () => {
  harness = await openHarness()
  line = await cutLine(harness.databaseUrl)
  server = await startWebServer(line.url)
})
test.afterAll(async () => {
  await server.stop()
  await line.cut().catch(() => {})
  await harness.close()
})

// What the server has never read it cannot answer as last known; nor would a test that runs by itself, after another one failed.
test.beforeEach(async () => {
  expect((await ask('/')).status).toBe(200)
})

const ask = (path: string) => fetch(`${server.url}${path}`, { signal: AbortSignal.timeout(20_000) })

function withQuery(path: string): string {
  if (path === '/embeds') return `${path}?subject=feed:terms`
  if (path.endsWith('/bars')) return `${path}?subjects=feed:terms`
  return path.endsWith('/days') ? `${path}?subject=feed:terms` : path
}

/** Asks for it; what is wrong with the answer, and with the time it took. */
async function faultsAt(path: string, saysIt: (body: string) => string[]): Promise<string[]> {
  const askedAt = systemClock.now()
  const answer = await ask(withQuery(path))
  // A route that only takes orders, or is not for those whom nobody knows.
  if (answer.status === 405 || answer.status === 401) return []
  const body = await answer.text()
  const tookMs = systemClock.now() - askedAt
  const wrong = [...(answer.status === 503 ? [] : [answer.status]), ...(tookMs > ANSWER_MS ? [`${tookMs} ms`] : [])]
  if (path !== '/api/health') wrong.push(...(answer.headers.get('retry-after') === '10' ? [] : ['no Retry-After']), ...saysIt(body))
  return wrong.map((words) => `${path}: ${words}`)
}

/** What is wrong with the answers of all pages and pieces of the API, asked at once; the overview answers as last known. */
async function faultsOf(words: RegExp): Promise<string[]> {
  const parts = [words, /Nothing shown here would be current/, /Since <time/, /href="\/"/, /<link rel="stylesheet"/, /Campus data/]
  const inHtml = (body: string) => parts.flatMap((part) => (part.test(body) ? [] : [`says nothing of ${part}`]))
  const inJson = (body: string) => (typeof JSON.parse(body).problem === 'string' ? [] : [body.slice(0, 100)])
  const inGrey = (body: string) => (body.includes('does not answer right now') && !body.includes('"fresh"') ? [] : [body.slice(0, 100)])
  const found = await Promise.all([
    ...EMBEDS.map((path) => faultsAt(path, inGrey)),
    ...PIECES.map((path) => faultsAt(path, inJson)),
    ...PAGES.map((path) => faultsAt(path, inHtml)),
  ])
  expect((await ask('/')).status).toBe(200)
  return found.flat()
}

async function comesBack(): Promise<void> {
  await expect(async () => {
    for (const path of ['/api/v1/status', '/feed.atom', '/feeds/terms/feed.atom', '/runs', '/feeds/terms'])
      expect((await ask(path)).status, path).toBe(200)
  }).toPass({ timeout: 20_000 })
}

test('while the database is gone every page, JSON and Atom answer 503 in words, and after it is back as before', async ({
  page,
  context,
}) => {
  for (const path of ['/api/v1/status', '/', '/runs']) expect((await ask(path)).status, path).toBe(200)
  // A page that was made before anybody watched for changes is rendered anew at once; what breaks off then is another story.
  const whatMoved = async () => (await (await ask(`/api/v1/moved?since=${systemClock.now()}`)).json()).topics
  await expect.poll(whatMoved).toEqual([])
  const open = await context.newPage()
  await open.goto(`${server.url}/feeds/terms`)
  await expect(open.getByText('Live: this page follows by itself.')).toBeVisible()
  await line.cut()
  expect(await faultsOf(/Nothing answers at the address of the database|The database is|The database cannot/)).toEqual([])
  const order = await fetch(`${server.url}/api/v1/flows/nightly/runs`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{}',
  })
  expect([order.status, order.headers.get('retry-after')]).toEqual([503, '10'])
  expect((await fetch(`${server.url}/runs`, { method: 'HEAD' })).status).toBe(503)

  await expect(async () => expect(await (await ask('/')).text()).toContain('was last read')).toPass({ timeout: 20_000 })
  await expect(open.getByText('The server or its database does not answer; this page shows what was known then.')).toBeVisible()
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    await page.goto(`${server.url}/feeds/terms`)
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('This page cannot be shown right now.')
    expect(await violations(page)).toEqual([])
  }
  await line.mend()
  await comesBack()
  await expect(page.getByRole('heading', { level: 1 })).not.toHaveText('This page cannot be shown right now.', { timeout: 20_000 })
  await expect(open.getByText('Live: this page follows by itself.')).toBeVisible()
})

test('while the database is frozen it does so within seconds, whoever asked first', async () => {
  line.freeze()
  expect(await faultsOf(/The database has not answered for 3 s/)).toEqual([])
  await line.cut()
  await line.mend()
  await comesBack()
})

test('while the database has no connection left it does so, too', async () => {
  line.refuse()
  expect(await faultsOf(/All connections of the database server are in use/)).toEqual([])
  await line.cut()
  await line.mend()
  await comesBack()
})
