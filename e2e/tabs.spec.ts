import { expect, test } from '@playwright/test'
import { OVERVIEW_PATH, READER_HEADER } from '#app/_lib/overview-key.ts'
import { HOUR_MS } from '#lib/domain/time/instant.ts'
import { systemClock } from '#lib/platform/clock.ts'
import { INTERNAL_KEY } from './bench/web-server.ts'
import { describeFollowing } from './tabs/following.ts'
import { heading, LIVE, type TabHarness, tabHarness } from './tabs/tab-harness.ts'

test.describe.configure({ mode: 'serial' })

let harness: TabHarness
test.beforeAll(async () => {
  harness = await tabHarness()
})
test.afterAll(() => harness.close())

describeFollowing({ how: 'a shared worker', script: '', count: 10, locks: 0 }, () => harness)

test('a private window has a stream of its own', async ({ browser }) => {
  const contexts = [await browser.newContext(), await browser.newContext()]
  for (const context of contexts) {
    const [page] = await harness.openTabs(context, 1)
    if (page) await expect(page.getByText(LIVE)).toBeVisible()
  }
  await expect.poll(harness.streams).toBe(2)
  for (const context of contexts) await context.close()
  await expect.poll(harness.streams).toBe(0)
})

test('a page is rendered anew when something it shows has changed, and only then', async ({ page }) => {
  await harness.turn(false)
  const renewed: string[] = []
  page.on('request', (request) => {
    if (request.headers()['rsc'] === '1' && request.method() === 'GET') renewed.push(new URL(request.url()).pathname)
  })
  await page.goto(`${harness.url}/feeds/courses`)
  await expect(page.getByText(LIVE)).toBeVisible()
  const other = await page.context().newPage()
  await other.goto(`${harness.url}/feeds/ledger`)
  await expect(other.getByText(LIVE)).toBeVisible()

  await harness.write('warehouse/mart.ledger', systemClock.now() - HOUR_MS)
  await harness.write('warehouse/mart.ledger', systemClock.now() - 40 * HOUR_MS)
  await expect(other.locator('.verdict')).toContainText('Late')
  expect(renewed).toEqual([])
  await harness.write('warehouse/curated.courses', systemClock.now() - 40 * HOUR_MS)
  await expect(page.locator('.verdict')).toContainText('Late')
  expect(renewed.length).toBeGreaterThan(0)
})

test('an address of nothing is left alone: it is neither asked for again nor loaded anew', async ({ page }) => {
  for (const key of ['warehouse/mart.ledger', 'warehouse/curated.courses']) await harness.write(key, systemClock.now())
  await page.goto(`${harness.url}/nowhere`)
  const asked: string[] = []
  page.on('request', (request) => asked.push(new URL(request.url()).pathname))
  const other = await page.context().newPage()
  await other.goto(harness.url)
  await expect(other.getByText(LIVE)).toBeVisible()
  await expect(heading(other)).toHaveText(await harness.turn(true))
  await expect(heading(other)).toHaveText(await harness.turn(false))
  expect(asked.filter((path) => path === '/nowhere' || path === '/api/v1/moved')).toEqual([])
})

test('the overview is read once for each time it is rendered', async ({ request }) => {
  const read = async () => {
    const found = Object.entries((await harness.stateOf()).statements).filter(
      ([text]) => /from subject s left join status_span/.test(text) && /s\.kind = 'group'/.test(text) && /s\.position, s\.id/.test(text),
    )
    expect(found).toHaveLength(1)
    return found[0]?.[1] ?? 0
  }
  await request.get(harness.url)
  const before = await read()
  for (let round = 0; round < 10; round += 1) {
    const headers = { authorization: `Bearer ${INTERNAL_KEY}`, [READER_HEADER]: 'public' }
    expect((await request.get(`${harness.url}${OVERVIEW_PATH}`, { headers })).status()).toBe(200)
    await request.get(harness.url)
  }
  // The server renews it by itself now and then, too.
  expect((await read()) - before).toBeGreaterThanOrEqual(10)
  expect((await read()) - before).toBeLessThan(15)
})
