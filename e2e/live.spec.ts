import { expect, test } from '@playwright/test'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '#lib/domain/time/instant.ts'
import { systemClock } from '#lib/platform/clock.ts'
import { type Harness, openHarness } from './harness.ts'
import { LATE_ASSET } from './journey-catalogue.ts'

test.describe.configure({ mode: 'serial' })

let harness: Harness
test.beforeAll(async () => {
  harness = await openHarness()
})
test.afterAll(() => harness.close())

test('an open page follows status changes by itself, one after the other', async ({ page }) => {
  await page.goto(harness.url)
  await expect(page.getByText('Live: this page follows by itself.')).toBeVisible()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(/^1 of 3 feeds is late: /)
  const said = page.locator('body > p[aria-live]')
  const icon = async () => decodeURIComponent((await page.locator('link[rel="icon"]').getAttribute('href')) ?? '')
  await expect(said).toHaveText('')
  const late = await icon()
  await harness.write(LATE_ASSET, systemClock.now())
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('All 3 feeds are fresh.')
  await expect(said).toHaveText('Terms is fresh. All 3 feeds are fresh.')
  expect(late).toContain('<svg')
  expect(await icon()).not.toBe(late)
  await expect(page.locator('link[rel="icon"]')).toHaveCount(1)
  await harness.write('warehouse/mart.ledger', systemClock.now() - 40 * HOUR_MS)
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(/^1 of 3 feeds is late: /)
  await harness.write('warehouse/mart.ledger', systemClock.now())
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('All 3 feeds are fresh.')
})

test('the page that is kept has followed too, for who comes next and reads without JavaScript', async ({ request }) => {
  const text = await (await request.get(harness.url)).text()
  expect(text).toContain('All 3 feeds are fresh.')
})

test('a browser that was away is told what it missed', async () => {
  const away = new AbortController()
  const answer = await fetch(`${harness.url}/api/v1/events`, { headers: { 'last-event-id': '0' }, signal: away.signal })
  expect(answer.headers.get('content-type')).toContain('text/event-stream')
  const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader()
  let text = ''
  while (reader && !text.includes('"to":"fresh"')) text += (await reader.read()).value ?? ''
  expect(text).toMatch(/id: \d+\nevent: change\ndata: \{"kind":"/)
  away.abort()
})

test('when the worker stops the page says since when, and health answers 503', async ({ page, request }) => {
  expect((await request.get(`${harness.url}/api/health`)).status()).toBe(200)
  await page.goto(harness.url)
  await harness.heartbeat(systemClock.now() - 10 * MINUTE_MS)
  const health = await request.get(`${harness.url}/api/health`)
  expect(health.status()).toBe(503)
  expect(await health.json()).toMatchObject({ ok: false, database: { ok: true }, worker: { ok: false }, catalogue: { state: 'accepted' } })
  await expect(page.getByText('The worker stopped')).toBeVisible({ timeout: 30_000 })
  await harness.heartbeat(systemClock.now() + DAY_MS)
})

test('a catalogue file with problems is shown with line and remedy while the last good one stays in use', async ({ page }) => {
  const problem = { file: 'tidemark.yaml', line: 7, column: 3, path: 'groups.x', problem: 'is no group.', remedy: 'Write one.' }
  await harness.ctx.pool.query(`update catalogue_state set problems = $1 where id = 1`, [JSON.stringify([problem])])
  await page.goto(`${harness.url}/groups/records`)
  await expect(page.getByText('The catalogue file has a problem.')).toBeVisible()
  await expect(page.getByText('tidemark.yaml:7')).toBeVisible()
  await expect(page.getByText('Write one.')).toBeVisible()
})

test('the status as JSON is told once to who asks again', async ({ request }) => {
  const first = await request.get(`${harness.url}/api/v1/status`)
  expect(first.headers()['cache-control']).toBe('public, max-age=30')
  expect(await first.json()).toMatchObject({ page: { name: 'Campus data' }, counts: { judged: 3, fresh: 3 } })
  const again = await request.get(`${harness.url}/api/v1/status`, { headers: { 'if-none-match': first.headers()['etag'] ?? '' } })
  expect(again.status()).toBe(304)
})

test('parameters nobody knows are refused in words', async ({ request }) => {
  for (const path of [
    '/api/v1/status?x=1',
    '/api/v1/bars',
    `/api/v1/bars?subjects=${'feed:a,'.repeat(60)}feed:b`,
    '/api/v1/events?seen=soon',
  ]) {
    const answer = await request.get(`${harness.url}${path}`)
    expect(answer.status(), path).toBe(400)
    expect(await answer.json()).toHaveProperty('problem')
  }
})

test('only the process itself may have the overview rendered: to all others there is nothing', async ({ request }) => {
  for (const path of ['/overview', '/overview/public', '/overview/', '//overview', '/%6fverview'])
    for (const headers of [{}, { rsc: '1' }, { 'x-tidemark-reader': 'all' }, { authorization: 'Bearer x', 'x-tidemark-reader': 'all' }]) {
      const answer = await request.get(`${harness.url}${path}`, { headers })
      // A token nobody knows is refused before anything is looked for.
      if (!('rsc' in headers)) expect(answer.status(), path).toBe('authorization' in headers ? 401 : 404)
      expect(await answer.text(), path).not.toMatch(/Terms|ledger|feeds (is|are)/i)
    }
})

test('a table that turns out older than it seemed, as after a restored backup, is late', async ({ request }) => {
  await harness.write('warehouse/mart.ledger', systemClock.now() - 40 * HOUR_MS)
  await expect(async () => {
    const { counts } = await (await request.get(`${harness.url}/api/v1/status`)).json()
    expect(counts.late).toBe(1)
  }).toPass()
})
