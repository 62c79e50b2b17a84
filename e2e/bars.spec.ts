import { expect, test } from '@playwright/test'
import { type Harness, openHarness } from './harness.ts'
import { SAP_NIGHT } from './sap-night.ts'

let harness: Harness
test.beforeAll(async () => {
  harness = await openHarness({ story: SAP_NIGHT })
})
test.afterAll(() => harness.close())

test('the keyboard walks the days and the rows, pins a day and closes it', async ({ page }) => {
  await page.goto(harness.url)
  const terms = page.getByRole('slider', { name: 'Terms, day by day' })
  const courses = page.getByRole('slider', { name: 'Courses, day by day' })
  const card = page.locator('.day-card')

  await expect(terms).toBeVisible()
  await page.getByRole('link', { name: 'Terms', exact: true }).last().focus()
  await page.keyboard.press('Tab')
  await expect(terms).toBeFocused()
  await expect(terms).toHaveAttribute('aria-valuetext', /: Late$/)

  await page.keyboard.press('ArrowLeft')
  await page.keyboard.press('ArrowLeft')
  await page.keyboard.press('ArrowLeft')
  await expect(terms).toHaveAttribute('aria-valuenow', '86')
  await expect(card).toContainText('Fresh 1 d')

  await page.keyboard.press('ArrowDown')
  await expect(courses).toBeFocused()
  await expect(courses).toHaveAttribute('aria-valuenow', '86')

  await page.keyboard.press('Enter')
  await expect(card).toHaveClass(/pinned/)
  await page.keyboard.press('Escape')
  await expect(card).toBeHidden()

  await page.keyboard.press('Enter')
  await expect(card.getByRole('link', { name: 'What happened that day' })).toBeVisible()
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL(/\/days\/\d{4}-\d{2}-\d{2}$/)
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(/day, \d/)
})

test('without JavaScript a bar leads to its day', async ({ browser }) => {
  const context = await browser.newContext({ javaScriptEnabled: false })
  const page = await context.newPage()
  await page.goto(harness.url)
  const bars = page.getByRole('img', { name: /^Terms, 90 days/ })
  const box = await bars.boundingBox()
  if (box === null) throw new Error('the bars are nowhere')
  const href = await bars.locator('a').getAttribute('href')
  await page.mouse.click(box.x + box.width - 1, box.y + 5)
  await page.waitForURL(/\/days\//)
  expect(page.url()).toBe(`${harness.url}${href?.split('?')[0]}`)
  await context.close()
})

test('the card of a day can be pointed at, stays while it is, and goes with Escape wherever the focus is', async ({ page }) => {
  await page.clock.install()
  await page.goto(harness.url)
  const terms = page.getByRole('slider', { name: 'Terms, day by day' })
  const card = page.locator('.day-card')
  const bars = await terms.boundingBox()
  if (bars === null) throw new Error('the bars are nowhere')
  const day = { x: bars.x + bars.width - 20, y: bars.y + bars.height / 2 }
  await page.mouse.move(day.x, day.y)
  await expect(card).toBeVisible()

  await card.hover()
  await page.clock.fastForward(1000)
  await expect(card).toBeVisible()
  await page.mouse.move(10, 10)
  await page.clock.fastForward(1000)
  await expect(card).toBeHidden()

  await page.mouse.move(day.x, day.y)
  await expect(card).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(card).toBeHidden()
  await page.mouse.move(day.x, day.y + 2)
  await page.clock.fastForward(1000)
  await expect(card).toBeHidden()
  await page.mouse.move(day.x - 30, day.y)
  await expect(card).toBeVisible()

  await page.mouse.click(day.x - 30, day.y)
  await expect(page).toHaveURL(/\/days\/\d{4}-\d{2}-\d{2}$/)
})

test('each row of bars is one stop of the tab key', async ({ page }) => {
  await page.goto(`${harness.url}/groups/finance`)
  await expect(page.getByRole('slider')).toHaveCount(2)
  expect(await page.locator('.bars [tabindex], .bars a, .bars button').count()).toBe(0)
})

test('who comes for the first time is told what broke, whom that affects and when it is good again, and is a click from the story of any day', async ({
  browser,
}) => {
  const context = await browser.newContext({ javaScriptEnabled: false })
  const page = await context.newPage()
  await page.goto(harness.url)
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(/^2 of 5 feeds are late, because of 2 things/)
  const sap = page.locator('.attention > li').filter({ hasText: /sap/i })
  await expect(sap).toContainText(/sap has not answered since/i)
  await expect(sap).toContainText('People is late because of it.')
  await expect(sap).toContainText(/Patron file will be late from/)
  await expect(sap).toContainText(/Good by about .* if sap answers/i)
  await expect(sap).toContainText('people-data@campus.example')
  await sap.getByRole('link', { name: 'How it comes to this' }).click()
  await expect(page.getByRole('main')).toContainText('Employees in SAP')

  await page.goto(harness.url)
  const bars = page.getByRole('img', { name: /^People, 90 days/ })
  await bars.scrollIntoViewIfNeeded()
  const box = await bars.boundingBox()
  if (box === null) throw new Error('the bars are nowhere')
  await page.mouse.click(box.x + box.width - 4 * 5 - 1, box.y + 5)
  await expect(page).toHaveURL(/\/days\//)
  await expect(page.getByRole('main')).toContainText('Nobody was loaded, because the employees of SAP could not be read.')

  await page.goto(harness.url)
  await page.getByRole('navigation', { name: 'Parts of the page' }).getByRole('link', { name: 'Incidents' }).click()
  await page
    .locator('.past-days')
    .getByRole('link', { name: /did not succeed|was not fresh/ })
    .first()
    .click()
  await expect(page).toHaveURL(/\/incidents\/\d+$/)
  await expect(page.getByRole('main')).toContainText('People')
  await context.close()
})
