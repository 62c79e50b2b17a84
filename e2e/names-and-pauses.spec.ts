import { expect, type Page, test } from '@playwright/test'
import type { Catalogue, CatalogueAsset } from '#lib/catalogue/catalogue.ts'
import { syncCatalogue } from '#lib/commands/catalogue/sync-catalogue.ts'
import { DAY_MS } from '#lib/domain/time/instant.ts'
import { systemClock } from '#lib/platform/clock.ts'
import { insertFlow } from '#lib/testing/runs/flow-rows.ts'
import { type Harness, openHarness } from './harness.ts'
import { journeyCatalogue } from './journey-catalogue.ts'

test.describe.configure({ mode: 'serial' })

/** Keys that addresses, links and JSON must survive. */
const ODD = ['100%', '%2F', '%zz', 'a b#c?d&e', 'ö/ü.csv', 'a//b', 'a//100%', '%E0%A4%A', '../etc', 'x/.', `"q"'s`, 'كتاب', 'a+b;c=d']

let harness: Harness
test.beforeAll(async () => {
  harness = await openHarness()
  const [template] = journeyCatalogue.assets
  if (template === undefined) throw new Error('the journeys have no asset')
  const odd = ODD.map((path): CatalogueAsset => ({ ...template, key: `warehouse/${path}`, path, name: `Odd ${path}`, promised: false }))
  const feeds = journeyCatalogue.feeds.map((feed) => (feed.key === 'ledger' ? { ...feed, key: 'books', was: 'ledger' } : feed))
  const assets = journeyCatalogue.assets.map((asset) => (asset.feed === 'ledger' ? { ...asset, feed: 'books' } : asset))
  await declare({ ...journeyCatalogue, feeds, assets: [...assets, ...odd] })
})
test.beforeEach(({ context }) => harness.signIn(context))
test.afterAll(() => harness.close())

const declare = (catalogue: Catalogue) =>
  syncCatalogue(harness.ctx, {
    catalogue,
    document: {},
    hash: JSON.stringify([catalogue.access, catalogue.feeds.length, catalogue.connections.length]),
    schema: {},
  })

const open = (page: Page, path: string) => page.goto(`${harness.url}${path}`)

test('an asset with an odd key has a page that its feed leads to, and days and bars', async ({ page }) => {
  await open(page, '/feeds/terms')
  const linkTo = (path: string) => page.getByRole('table').getByRole('link', { name: `Odd ${path}`, exact: true })
  const addresses: string[] = []
  for (const path of ODD) {
    await expect(linkTo(path), path).toBeVisible()
    addresses.push(await linkTo(path).evaluate((link: HTMLAnchorElement) => link.href))
  }
  await linkTo(ODD[0] ?? '').click()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(`Odd ${ODD[0]} table`)
  for (const [index, path] of ODD.entries()) {
    await page.goto(addresses[index] ?? '')
    await expect(page.getByRole('heading', { level: 1 }), path).toHaveText(`Odd ${path} table`)
    const days = await page.request.get(`${harness.url}/api/v1/days?${new URLSearchParams({ subject: `asset:warehouse/${path}` })}`)
    expect(days.status(), path).toBe(200)
    const subjects = `asset:${encodeURIComponent(`warehouse/${path}`)}`
    const bars = await page.request.get(`${harness.url}/api/v1/bars?${new URLSearchParams({ subjects })}`)
    expect(bars.status(), path).toBe(200)
  }
})

test('assets with odd keys are paused and go on, and many pauses fold on the page of their feed', async ({ page }) => {
  const order = async (path: string, data: object) => {
    const answer = await page.request.post(`${harness.url}${path}`, { data, headers: { origin: harness.url } })
    expect(answer.status(), JSON.stringify(data)).toBe(200)
    const { location } = await answer.json()
    expect((await page.request.get(`${harness.url}${location}`)).status(), location).toBe(200)
  }
  await Promise.all(ODD.map((path) => order('/api/v1/pauses', { subject: `asset:warehouse/${path}`, for: '1h' })))
  await open(page, '/feeds/terms')
  await expect(page.getByText(/^Paused since/).filter({ visible: true })).toHaveCount(4)
  await expect(page.getByText(`${ODD.length - 4} more pauses and announced work`)).toBeVisible()
  await Promise.all(ODD.map((path) => order('/api/v1/pauses/end', { subject: `asset:warehouse/${path}` })))
})

test('the old address of a renamed feed leads to the new one, its Atom feed too', async ({ page }) => {
  await open(page, '/feeds/ledger')
  await expect(page).toHaveURL(`${harness.url}/feeds/books`)
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('General ledger')
  expect((await page.request.get(`${harness.url}/feeds/ledger/feed.atom`)).url()).toBe(`${harness.url}/feeds/books/feed.atom`)
})

test('a feed is paused from its page, says so everywhere, and goes on again', async ({ page }) => {
  await open(page, '/feeds/courses')
  await page.getByText('Pause…').click()
  await page.getByLabel('How long').selectOption('4h')
  await page.getByLabel('Why, for everybody to read').filter({ visible: true }).fill('The source moves house')
  await page.getByRole('button', { name: 'Pause it' }).click()
  await expect(page.getByText(/^Paused since/)).toBeVisible()
  await expect(page.getByText('The source moves house')).toBeVisible()
  await expect(page.getByText('Fresh', { exact: true }).first()).toBeVisible()
  await open(page, '/groups/records')
  await expect(page.getByText('The source moves house')).toBeVisible()
  await expect(async () => {
    await open(page, '/')
    await expect(page.getByRole('list', { name: 'Pauses and announced work' })).toContainText('The source moves house', { timeout: 1000 })
  }).toPass()
  await open(page, '/feeds/courses')
  await page.getByRole('button', { name: 'End the pause' }).click()
  await expect(page.getByText('Pause…')).toBeVisible()
  await expect(page.getByText(/^Paused since/)).toHaveCount(0)
})

test('maintenance is announced from the page of a group, which says beforehand what it means, and withdrawn', async ({ page }) => {
  await open(page, '/groups/records')
  await page.getByText('Announce maintenance…').click()
  await page.getByLabel('Once', { exact: true }).check()
  const tomorrow = new Date(systemClock.now() + DAY_MS).toISOString().slice(0, 10)
  await page.getByLabel('From, in New York time').filter({ visible: true }).fill(`${tomorrow}T20:00`)
  await page.getByLabel('Until').filter({ visible: true }).fill(`${tomorrow}T22:00`)
  await expect(page.getByText(/^From .* 20:00 E[SD]T until .* 22:00 E[SD]T, 2 h\.$/)).toBeVisible()
  await page.getByLabel('Why, for everybody to read').filter({ visible: true }).fill('New disks')
  await page.getByRole('button', { name: 'Announce it' }).click()
  await expect(page.getByText(/^Maintenance announced from .* 20:00 E[SD]T until .* 22:00 E[SD]T/)).toBeVisible()
  await open(page, '/feeds/courses')
  await expect(page.getByText('New disks')).toBeVisible()
  await open(page, '/groups/records')
  await page.getByText('Withdraw…').click()
  await page.getByRole('button', { name: 'Withdraw' }).click()
  await expect(page.getByText('New disks')).toHaveCount(0)
})

test.describe('without JavaScript', () => {
  test.use({ javaScriptEnabled: false })

  test('maintenance comes again: it is previewed, announced, changed and ended', async ({ page }) => {
    await open(page, '/feeds/courses')
    await page.getByText('Announce maintenance…').click()
    await page.getByLabel('Again and again').check()
    await page.getByLabel('Mon', { exact: true }).check()
    await page.getByLabel('Sun', { exact: true }).uncheck()
    await page.getByLabel('Why, for everybody to read').filter({ visible: true }).fill('Patches')
    await page.getByRole('button', { name: 'What it means' }).click()
    await expect(page.getByText(/^Mondays 02:00–04:00 America\/New_York, next: Mon /)).toBeVisible()
    await page.getByRole('button', { name: 'Announce it' }).click()
    await expect(page).toHaveURL(`${harness.url}/feeds/courses`)
    await expect(page.getByText('Maintenance comes again: Mondays 02:00–04:00')).toBeVisible()
    await page.getByRole('link', { name: 'Change' }).click()
    await page.getByLabel('Every how many weeks or months').fill('2')
    await page.getByRole('button', { name: 'Change it' }).click()
    await expect(page.getByText('Maintenance comes again: Every 2 weeks, on Mondays 02:00–04:00')).toBeVisible()
    await page.getByText('End it…').click()
    await page.getByRole('button', { name: 'End it' }).click()
    await expect(page.getByText('Maintenance comes again')).toHaveCount(0)
  })
})

test('a feed without assets says that nothing is judged, and what comes next', async ({ page }) => {
  const [template] = journeyCatalogue.feeds
  if (template === undefined) throw new Error('the journeys have no feed')
  await declare({ ...journeyCatalogue, feeds: [...journeyCatalogue.feeds, { ...template, key: 'empty', name: 'Nothing yet' }] })
  await open(page, '/feeds/empty')
  await expect(page.getByText(/^Nothing yet, so nothing is judged/)).toBeVisible()
})

test('hundreds of flows come page by page, hundreds of connections folded, and a link to one unfolds it', async ({ page }) => {
  const names = Array.from({ length: 130 }, (_, at) => `many-${at}`)
  for (const name of names) await insertFlow(harness.ctx, { name, cron: '0 3 * * *' })
  await open(page, '/flows')
  await expect(page.getByRole('article')).toHaveCount(30)
  await page.getByRole('navigation', { name: 'Pages of flows' }).getByRole('link', { name: 'Next' }).click()
  await expect(page.getByText('Page 2 of 5')).toBeVisible()
  const [template] = journeyCatalogue.connections
  if (template === undefined) throw new Error('the journeys have no connection')
  await declare({ ...journeyCatalogue, connections: [template, ...names.map((key) => ({ ...template, key }))] })
  await open(page, '/connections')
  await expect(page.getByRole('heading', { name: 'many-99' })).toBeHidden()
  await page.goto('about:blank')
  await open(page, '/connections#many-99')
  await expect(page.getByRole('heading', { name: 'many-99' })).toBeInViewport()
})

test('a public page leads whoever has not signed in to where they can', async ({ page, context }) => {
  await context.clearCookies()
  await open(page, '/feeds/courses')
  await expect(page.getByText('Pause…')).toHaveCount(0)
  await expect(page.getByText(/Sign in as an engineer to (ask for a run|reload or pause it)/)).toBeVisible()
})

test('an empty catalogue says what comes next', async ({ page }) => {
  await declare({ ...journeyCatalogue, groups: [], feeds: [], assets: [] })
  await expect(async () => {
    await open(page, '/')
    await expect(page.getByText(/names no feed\. A feed is a promise/)).toBeVisible({ timeout: 1000 })
  }).toPass()
})
