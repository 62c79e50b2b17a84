import { gzipSync } from 'node:zlib'
import { expect, test } from '@playwright/test'
import { firstAdminLink } from '#lib/access/invitations.ts'
import { putSetting } from '#lib/db/settings.ts'
import { atTerminal } from '#lib/domain/access/actor.ts'
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
  await expect(page.getByText('No worker has started yet.')).toBeVisible()
  await page.goto(`${harness.url}/sign-in`)
  await expect(page.getByText('Nothing can be read here yet but how to begin: the first catalogue says who may.')).toBeVisible()
})

test('so do the pages of the flows, the connections, the incidents and of a day', async ({ page }) => {
  for (const path of ['/flows', '/connections', '/incidents', '/days/2026-11-24']) {
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
    const told = /^\/(api\/|embed\/|.*feed\.atom)/.test(path)
      ? 'no-referrer'
      : /^\/(sign-in\/invitation|subscriptions)\//.test(path)
        ? 'same-origin'
        : 'strict-origin-when-cross-origin'
    if (answer.status() < 300) expect(answer.headers()['referrer-policy'], path).toBe(told)
    const kept = `${answer.headers()['cache-control']} ${answer.headers()['vary']?.toLowerCase()}`
    // The same for everybody: what an embed shows goes by its address alone.
    if (path.startsWith('/embed/')) expect(kept, path).toMatch(/no-store|public, max-age=30, must-revalidate/)
    else if (path !== '/icon.svg' && answer.status() !== 405)
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

/** What a private page answers a stranger: the way in, what that is made of, and that the process is well. */
const WAY_IN = /^(?:GET|HEAD) \/(?:sign-in(?:\/.*)?|icon\.svg|api\/health)$/

test.describe('a private page without an admin', () => {
  test.use({ javaScriptEnabled: false })
  test.beforeAll(async ({ request }) => {
    await harness.ctx.pool.query('update person set ended_at = now()')
    await putSetting(harness.ctx.whole, 'access', 'private')
    await expect.poll(async () => (await request.get(harness.url, { maxRedirects: 0 })).status()).toBe(303)
  })

  test('answers with nothing but the way to its first admin', async ({ page, request }) => {
    const answered: string[] = []
    for (const path of ['/', '/overview/public', '/overview/all', '/nowhere', '/api/nowhere', '/icon.svg', ...allRoutes()])
      for (const method of ['GET', 'HEAD', 'POST']) {
        const answer = await request.fetch(`${harness.url}${path}`, { method, maxRedirects: 0 })
        const isSent = answer.status() === 303 && answer.headers()['location']?.startsWith('/sign-in') === true
        const isRefused = answer.status() >= 400 && answer.status() < 500
        if (!isSent && !isRefused) answered.push(`${method} ${path}`)
      }
    expect(answered.filter((one) => !WAY_IN.test(one))).toEqual([])
    await page.goto(`${harness.url}/runs`)
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('This page has no admin yet')
  })

  test('lets that one in by a link that works once', async ({ page, context }) => {
    const made = await firstAdminLink({ ...harness.ctx, actor: atTerminal('root') })
    const link = `${harness.url}/sign-in/invitation/${made?.token}`
    await page.goto(link)
    await page.getByLabel('E-mail address').fill('first@example.edu')
    await page.getByLabel('Name', { exact: true }).fill('First')
    for (const field of await page.locator('input[type=password]').all()) await field.fill('kestrel over the fen')
    await page.getByRole('button', { name: 'Create the account and sign in' }).click()
    await expect(page).toHaveURL(`${harness.url}/`)
    await expect(page.getByRole('link', { name: 'Admin' })).toBeVisible()
    await context.clearCookies()
    await page.goto(link)
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('This link no longer works')
  })
})
