import { gzipSync } from 'node:zlib'
import { expect, test } from '@playwright/test'
import { allRoutes } from './attack/routes.ts'
import { type Harness, openHarness } from './harness.ts'

/** An empty page of this Next version ships 134.6 kB; ours may add 60. */
const SCRIPT_BYTES_MAX = 194_600

let harness: Harness
test.beforeAll(async () => {
  harness = await openHarness({ empty: true })
})
test.afterAll(() => harness.close())

test('before the first catalogue the page says what to do', async ({ page }) => {
  await page.goto(harness.url)
  await expect(page.getByRole('heading', { level: 1 })).toContainText('no catalogue has been accepted')
  await expect(page.getByText('npm run tidemark -- discover')).toBeVisible()
  await expect(page.getByText('No worker has ever run.')).toBeVisible()
})

test('so do the pages of the flows and the connections', async ({ page }) => {
  for (const path of ['/flows', '/connections']) {
    await page.goto(`${harness.url}${path}`)
    await expect(page.getByRole('heading', { level: 1 })).toContainText('no catalogue has been accepted')
  }
})

test('every address in the file tree allows no foreign content, no framing and no sniffing, and is kept between here and the reader for nobody else', async ({
  request,
}) => {
  for (const path of ['/', '/?q=x', '/nowhere', '/icon.svg', ...allRoutes().filter((route) => route !== '/api/v1/events')]) {
    const answer = await request.get(`${harness.url}${path}`, { maxRedirects: 0 })
    const policy = answer.headers()['content-security-policy']
    expect(policy, path).toContain("frame-ancestors 'none'")
    expect(policy, path).not.toContain('unsafe')
    if (answer.headers()['content-type']?.startsWith('text/html'))
      expect(policy, path).toMatch(/script-src 'self' '(nonce|sha256)-|^default-src 'none';/)
    expect(answer.headers()['x-content-type-options'], path).toBe('nosniff')
    const told = /^\/(api\/|.*feed\.atom)/.test(path)
      ? 'no-referrer'
      : path.startsWith('/sign-in/invitation/')
        ? 'same-origin'
        : 'strict-origin-when-cross-origin'
    if (answer.status() < 300) expect(answer.headers()['referrer-policy'], path).toBe(told)
    const kept = `${answer.headers()['cache-control']} ${answer.headers()['vary']?.toLowerCase()}`
    if (path !== '/icon.svg' && answer.status() !== 405)
      expect(kept, `${path} is kept for nobody else`).toMatch(/no-store|private|public.* (?=.*authorization)(?=.*cookie)/)
  }
})

test('the overview stays light', async ({ page }) => {
  const sizes: Promise<number>[] = []
  page.on('response', (response) => {
    if (response.request().resourceType() === 'script') sizes.push(response.body().then((body) => gzipSync(body).byteLength))
  })
  await page.goto(harness.url)
  await expect(page.getByText('Live: this page follows by itself.')).toBeVisible()
  const total = (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0)
  expect(sizes.length).toBeGreaterThan(3)
  expect(total).toBeLessThan(SCRIPT_BYTES_MAX)
})
