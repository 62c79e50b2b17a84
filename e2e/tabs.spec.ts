import { once } from 'node:events'
import { type BrowserContext, expect, type Page, test } from '@playwright/test'
import { DAY_MS, HOUR_MS } from '#lib/domain/instant.ts'
import { systemClock } from '#lib/platform/clock.ts'
import type { ProcessState } from './attack/report-state.ts'
import { INTERNAL_KEY } from './bench/web-server.ts'
import { LATE_ASSET } from './journey-catalogue.ts'
import { openStage, type Stage } from './stage.ts'

test.describe.configure({ mode: 'serial' })

const LIVE = 'Live: this page follows by itself.'
const WITHOUT_SHARED_WORKERS = 'delete globalThis.SharedWorker'

let stage: Stage
test.beforeAll(async () => {
  stage = await openStage({ web: { node: ['--import', new URL('attack/report-state.ts', import.meta.url).pathname] } })
})
test.afterAll(() => stage.close())

async function stateOf(): Promise<ProcessState> {
  const { child } = stage.server
  child.send('state')
  const [state] = await once(child, 'message')
  return state
}

const streams = async () => (await stateOf()).listeners

const heading = (page: Page) => page.getByRole('heading', { level: 1 })

async function openTabs(context: BrowserContext, count: number): Promise<Page[]> {
  const tabs: Page[] = []
  for (let tab = 0; tab < count; tab += 1) {
    const page = await context.newPage()
    const startedAt = performance.now()
    await page.goto(stage.url)
    await expect(heading(page)).toBeVisible()
    expect(performance.now() - startedAt, `tab ${tab + 1}`).toBeLessThan(5000)
    tabs.push(page)
  }
  return tabs
}

async function turn(late: boolean): Promise<string> {
  await stage.write(LATE_ASSET, systemClock.now() - (late ? 2 * DAY_MS : 0))
  return late ? '1 of 3 feeds is late.' : 'All 3 feeds are fresh.'
}

const heldLocks = (page: Page) => page.evaluate(async () => (await navigator.locks.query()).held?.length ?? 0)

for (const [how, script, count, locks] of [
  ['a shared worker', '', 10, 0],
  ['one leading tab where there are no shared workers', WITHOUT_SHARED_WORKERS, 7, 1],
] as const) {
  test(`${count} tabs share one stream and all follow, by ${how}`, async ({ browser }) => {
    const context = await browser.newContext()
    await context.addInitScript(script)
    const tabs = await openTabs(context, count)
    for (const page of tabs) await expect(page.getByText(LIVE)).toBeVisible()
    await expect.poll(streams).toBe(1)
    for (const page of tabs.slice(0, 1)) expect(await heldLocks(page)).toBe(locks)
    let words = await turn(false)
    for (const page of tabs) await expect(heading(page)).toHaveText(words)

    // The tabs that could lead go, one after the other; who is left goes on.
    for (const page of tabs.splice(0, count - 2)) await page.close()
    await expect.poll(streams).toBe(1)
    words = await turn(true)
    for (const page of tabs) await expect(heading(page)).toHaveText(words)
    await context.close()
    await expect.poll(streams).toBe(0)
  })

  test(`a page that was left and came back to follows again, by ${how}`, async ({ browser }) => {
    const context = await browser.newContext()
    await context.addInitScript(script)
    const [page] = await openTabs(context, 1)
    if (page === undefined) throw new Error('There is no tab.')
    await page.goto(`${stage.url}/runs`)
    const missed = await turn(false)
    await page.goBack()
    await expect(heading(page)).toHaveText(missed)
    await expect.poll(streams).toBe(1)
    await expect(heading(page)).toHaveText(await turn(true))
    await context.close()
  })
}

test('a tab that leads and falls asleep does not keep the others from following', async ({ browser }) => {
  const context = await browser.newContext()
  await context.addInitScript(WITHOUT_SHARED_WORKERS)
  const tabs = await openTabs(context, 3)
  await expect.poll(streams).toBe(1)
  // Whoever came last into sight leads.
  const sleeper = tabs.pop()
  if (sleeper === undefined) throw new Error('There is no tab.')
  const session = await context.newCDPSession(sleeper)
  await session.send('Page.setWebLifecycleState', { state: 'frozen' })
  const words = await turn(false)
  for (const page of tabs) await expect(heading(page)).toHaveText(words)
  await session.send('Page.setWebLifecycleState', { state: 'active' })
  await expect(heading(sleeper)).toHaveText(words)
  await expect.poll(streams).toBe(1)
  await context.close()
})

test('a private window has a stream of its own', async ({ browser }) => {
  const contexts = [await browser.newContext(), await browser.newContext()]
  for (const context of contexts) {
    const [page] = await openTabs(context, 1)
    if (page) await expect(page.getByText(LIVE)).toBeVisible()
  }
  await expect.poll(streams).toBe(2)
  for (const context of contexts) await context.close()
  await expect.poll(streams).toBe(0)
})

test('a page is rendered anew when something it shows has changed, and only then', async ({ page }) => {
  await turn(false)
  const renewed: string[] = []
  page.on('request', (request) => {
    if (request.headers()['rsc'] === '1' && request.method() === 'GET') renewed.push(new URL(request.url()).pathname)
  })
  await page.goto(`${stage.url}/feeds/courses`)
  await expect(page.getByText(LIVE)).toBeVisible()
  const other = await page.context().newPage()
  await other.goto(`${stage.url}/feeds/ledger`)
  await expect(other.getByText(LIVE)).toBeVisible()

  await stage.write('warehouse/mart.ledger', systemClock.now() - HOUR_MS)
  await stage.write('warehouse/mart.ledger', systemClock.now() - 40 * HOUR_MS)
  await expect(other.locator('.verdict')).toContainText('Late')
  expect(renewed).toEqual([])
  await stage.write('warehouse/curated.courses', systemClock.now() - 40 * HOUR_MS)
  await expect(page.locator('.verdict')).toContainText('Late')
  expect(renewed.length).toBeGreaterThan(0)
})

test('an address of nothing is left alone: it is neither asked for again nor loaded anew', async ({ page }) => {
  for (const key of ['warehouse/mart.ledger', 'warehouse/curated.courses']) await stage.write(key, systemClock.now())
  await page.goto(`${stage.url}/nowhere`)
  const asked: string[] = []
  page.on('request', (request) => asked.push(new URL(request.url()).pathname))
  const other = await page.context().newPage()
  await other.goto(stage.url)
  await expect(other.getByText(LIVE)).toBeVisible()
  await expect(heading(other)).toHaveText(await turn(true))
  await expect(heading(other)).toHaveText(await turn(false))
  expect(asked.filter((path) => path === '/nowhere' || path === '/api/v1/moved')).toEqual([])
})

test('the overview is read once for each time it is rendered', async ({ request }) => {
  const read = async () => {
    const found = Object.entries((await stateOf()).statements).filter(
      ([text]) => /from subject s left join status_span/.test(text) && /s\.kind = 'group'/.test(text) && /s\.position, s\.id/.test(text),
    )
    expect(found).toHaveLength(1)
    return found[0]?.[1] ?? 0
  }
  await request.get(stage.url)
  const before = await read()
  for (let round = 0; round < 10; round += 1) {
    const renewed = await request.post(`${stage.url}/api/internal/revalidate`, { headers: { authorization: `Bearer ${INTERNAL_KEY}` } })
    expect(renewed.status()).toBe(204)
    await request.get(stage.url)
  }
  // The server renews it by itself now and then, too.
  expect((await read()) - before).toBeGreaterThanOrEqual(10)
  expect((await read()) - before).toBeLessThan(15)
})
