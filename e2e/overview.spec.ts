import { expect, test } from '@playwright/test'
import { type Harness, openHarness } from './harness.ts'

let harness: Harness
test.beforeAll(async () => {
  harness = await openHarness()
})
test.afterAll(() => harness.close())

test.describe('without JavaScript', () => {
  test.use({ javaScriptEnabled: false })

  test('the first screen says in words what is late, since when and why', async ({ page }) => {
    await page.goto(harness.url)
    await expect(page.getByRole('heading', { level: 1 })).toHaveText(/^1 of 3 feeds is late: /)
    const attention = page.locator('.attention')
    await expect(attention).toContainText('Terms')
    await expect(attention).toContainText('Late')
    await expect(attention).toContainText('Nothing has arrived since it was due.')
    await expect(attention).toContainText(
      'Nobody can say when it is good again: nothing known here loads Terms by service. Ask terms-data@campus.example.',
    )
    await expect(page.getByRole('heading', { name: '1 of 2 areas is fine' })).toBeVisible()
    await expect(page.getByText('This is a demo.')).toBeVisible()
    await attention.getByRole('link', { name: 'How it comes to this' }).click()
    await expect(page).toHaveURL(/lineage\?focus=warehouse/)
  })

  test('the way leads from the group to the feed to the asset and its evidence', async ({ page }) => {
    await page.goto(harness.url)
    await page.getByRole('link', { name: 'Student records in full' }).click()
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Student records')
    await expect(page.locator('.verdict')).toContainText('1 of 2 fresh')
    await page.locator('.feeds').getByRole('link', { name: 'Terms', exact: true }).click()
    await expect(page.getByText('at most 30 h old')).toBeVisible()
    await expect(page.locator('.strip')).toContainText('Terms as received')
    await page.getByRole('rowheader', { name: 'Terms by service' }).getByRole('link').click()
    await expect(page).toHaveURL(/assets\/warehouse\/curated\/terms%20by%20service$/)
    await expect(page.getByText('The newest modified_date in the table. 1,200 rows.')).toBeVisible()
    await expect(page.getByRole('img', { name: /Terms by service, 90 days/ })).toBeVisible()
  })

  test('the days stand in a table too', async ({ page }) => {
    await page.goto(`${harness.url}/feeds/terms`)
    await page.getByText('These days as a table').click()
    const rows = page.getByRole('table', { name: /Terms, day by day/ }).getByRole('row')
    expect(await rows.count()).toBeGreaterThan(5)
  })

  test('search and filters are in the address, and what they do not know they say', async ({ page }) => {
    await page.goto(harness.url)
    await page.getByRole('searchbox').fill('ledger')
    await page.getByRole('searchbox').press('Enter')
    await expect(page).toHaveURL(/catalogue\?q=ledger$/)
    await expect(page.getByRole('heading', { level: 1 })).toHaveText(/^\d for “ledger”$/)
    await expect(page.getByRole('list', { name: 'What was found' }).getByRole('listitem').first()).toContainText('feed')
    await page.goto(`${harness.url}/?status=late`)
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('1 late feed')
    await page.goto(`${harness.url}/?status=purple`)
    await expect(page.getByRole('heading', { level: 1 })).toContainText('There is no status “purple”')
  })
})

test.describe('on a phone', () => {
  test.use({ viewport: { width: 390, height: 844 } })

  for (const path of ['/', '/groups/records', '/feeds/terms', '/assets/warehouse/curated/terms%20by%20service', '/catalogue?q=terms']) {
    test(`nothing scrolls sideways at ${path}`, async ({ page }) => {
      await page.goto(`${harness.url}${path}`)
      await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390)
    })
  }
})

test('what is nowhere says so in a whole page, without JavaScript, too', async ({ browser }) => {
  const page = await browser.newPage({ javaScriptEnabled: false })
  for (const path of ['/nowhere', '/feeds/no-such-feed', '/assets/no/such', '/runs/none', '/groups/none', '/flows/none']) {
    expect((await page.goto(`${harness.url}${path}`))?.status(), path).toBe(404)
    await expect(page.getByRole('heading', { level: 1 }), path).toHaveText('There is nothing at this address.')
    await expect(page.getByRole('banner').getByRole('link', { name: 'Campus data' }), path).toBeVisible()
  }
  await page.close()
})

test('an address that names nothing helps on', async ({ page }) => {
  const answer = await page.goto(`${harness.url}/feeds/no-such-feed`)
  expect(answer?.status()).toBe(404)
  await expect(page.getByRole('link', { name: 'All feeds' })).toBeVisible()
})
