import { expect, test } from '@playwright/test'
import checkConnection from '#jobs/kinds/check-connection.ts'
import { loadConnectors } from '#jobs/worker/load-extensions.ts'
import { listDueChecks } from '#lib/db/catalogue/connection-checks.ts'
import { secretSource } from '#lib/platform/secrets/secrets.ts'
import { testServices } from '#lib/testing/runs/job-services.ts'
import { type Harness, openHarness } from './harness.ts'

const CANARY = 'canary-7Yb-x9'

let harness: Harness
const variables = new Map<string, string>()
test.beforeAll(async () => {
  harness = await openHarness()
  const { host, pathname, username } = new URL(harness.databaseUrl)
  variables.set('WAREHOUSE_URL', harness.databaseUrl).set('WRONG_URL', `postgres://${username}:${CANARY}@${host}${pathname}_not_there`)
  await write('${WAREHOUSE_URL}')
})
test.beforeEach(({ context }) => harness.signIn(context))
test.afterAll(() => harness.close())

async function write(url: string): Promise<void> {
  const document = { connections: { warehouse: { kind: 'postgres', probe: '10d', url } }, flows: { ledger: { schedule: '0 5 * * *' } } }
  await harness.ctx.pool.query('update catalogue_version set document = $1', [document])
}

/** What a worker does: takes the check that somebody asked for. */
async function work(): Promise<void> {
  const { lookup, placeOf } = secretSource({ envFile: 'none', environment: (name) => variables.get(name) })
  const services = testServices(harness.ctx, { connectors: await loadConnectors(), lookup, placeOf })
  await expect.poll(() => listDueChecks(harness.ctx.pool, harness.ctx.clock.now())).toEqual(['warehouse'])
  await checkConnection.run(services, { connection: 'warehouse' })
}

test('a connection is tested from its card, and the result is there without a reload', async ({ page }) => {
  await page.goto(`${harness.url}/connections`)
  await expect(page.getByRole('link', { name: 'Connections' })).toHaveAttribute('aria-current', 'page')
  const card = page.getByRole('article', { name: 'warehouse' })
  await expect(card).toContainText('none yet')
  await card.getByRole('button', { name: 'Test warehouse' }).click()
  await expect(card.getByText('Being checked…')).toBeVisible()
  await work()
  await expect(card.getByText('It lets us in.')).toBeVisible()
  await expect(card).toContainText('PostgreSQL')
  await expect(card).toContainText('WAREHOUSE_URL')
  await expect(card).toContainText('set in the shell only: a change needs a restart')
})

test('a password that no longer fits is said in words, and stands nowhere', async ({ page, request }) => {
  await write('${WRONG_URL}')
  await page.goto(`${harness.url}/connections`)
  const card = page.getByRole('article', { name: 'warehouse' })
  await card.getByRole('button', { name: 'Test warehouse' }).press('Enter')
  await work()
  await expect(card.getByText('It fails: see above.')).toBeVisible()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('1 of 1 connections fails.')
  const api = await request.get(`${harness.url}/api/v1/connections`, { headers: { cookie: harness.cookie } })
  expect(await api.json()).toMatchObject({ items: [{ key: 'warehouse', health: { state: 'failing' } }] })
  for (const text of [await api.text(), await page.content()]) expect(text).not.toContain(CANARY)
})

test('says how its secrets are replaced', async ({ page }) => {
  await page.goto(`${harness.url}/connections`)
  await page.getByText('How to replace its secrets').click()
  await expect(page.getByText('Set WRONG_URL where the worker is started, then restart it.')).toBeVisible()
})

test('orders from elsewhere, and for what is not there, are refused', async ({ request }) => {
  const path = `${harness.url}/api/v1/connections/warehouse/check`
  const foreign = await request.post(path, { data: {}, headers: { cookie: harness.cookie, origin: 'https://evil.example' } })
  expect(foreign.status()).toBe(403)
  expect(
    (await request.post(`${harness.url}/api/v1/connections/nowhere/check`, { data: {}, headers: { cookie: harness.cookie } })).status(),
  ).toBe(404)
  expect(await listDueChecks(harness.ctx.pool, harness.ctx.clock.now())).toEqual([])
})

test('works without JavaScript: a test comes back to its card', async ({ browser }) => {
  const page = await browser.newPage({ javaScriptEnabled: false })
  await harness.signIn(page.context())
  await page.goto(`${harness.url}/connections`)
  await page.getByRole('button', { name: 'Test warehouse' }).click()
  await expect(page).toHaveURL(`${harness.url}/connections#warehouse`)
  await work()
  await page.close()
})

test.describe('the flows', () => {
  test.beforeAll(async () => {
    const settings = {
      timeoutMs: 3_600_000,
      rejectTolerance: 0.01,
      connections: { warehouse: 'warehouse' },
      parameters: {},
      reads: [],
      writes: ['warehouse/mart.ledger'],
      source: { file: 'tidemark.yaml', line: 40, yaml: 'ledger: { schedule: "0 5 * * *" }' },
    }
    await harness.ctx.pool.query(
      "insert into flow (name, cron, zone, after, settings) values ('ledger', '0 5 * * *', 'America/New_York', '{}', $1)",
      [settings],
    )
    await harness.ctx.pool.query("update asset set flow = 'ledger' where path = 'mart.ledger'")
  })

  test('have a card each, found by words, group and state in the address', async ({ page }) => {
    await page.goto(`${harness.url}/flows`)
    const card = page.getByRole('article', { name: 'ledger' })
    await expect(card).toContainText('every day at 05:00, New York time')
    await expect(card.getByRole('link', { name: 'General ledger' })).toBeVisible()
    await expect(card.getByRole('link', { name: 'warehouse/mart.ledger' })).toBeVisible()
    await card.getByText('As written').click()
    await expect(card.getByText('ledger: { schedule: "0 5 * * *" }')).toBeVisible()

    await page.getByRole('searchbox', { name: 'Find a flow, table or connection' }).fill('mart')
    await page.getByRole('searchbox', { name: 'Find a flow, table or connection' }).press('Enter')
    await expect(page).toHaveURL(/\/flows\?q=mart/)
    await expect(page.getByRole('article', { name: 'ledger' })).toBeVisible()
    await page.getByRole('link', { name: 'Partial 0' }).click()
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('No flow is like that')
    await page.goto(`${harness.url}/flows?state=green`)
    await expect(page.getByRole('heading', { level: 1 })).toContainText('There is no state “green”')
  })

  test('are run from their card', async ({ page }) => {
    await page.goto(`${harness.url}/flows/ledger`)
    await page.getByRole('button', { name: 'Run now ledger' }).click()
    await expect(page).toHaveURL(/\/runs\/[0-9a-f-]{36}$/)
  })
})

test('neither page is wider than a phone', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 800 })
  for (const path of ['/connections', '/flows', '/flows/ledger']) {
    await page.goto(`${harness.url}${path}`)
    expect(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth), path).toBe(0)
  }
})
