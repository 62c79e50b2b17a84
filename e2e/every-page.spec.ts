import { type Browser, type BrowserContext, expect, type Page, test } from '@playwright/test'
import { type CrowdedHarness, crowdedHarness } from './every-page/crowded-harness.ts'
import { cutInPrint, misfits, openAll, shiftsOf, violations, watchShifts } from './every-page/measure.ts'
import { addressesOf } from './every-page/pages.ts'

/** Phones, tablets and windows of every size; the full sweep takes every width in between. */
const WIDTHS = [320, 341, 360, 375, 390, 414, 480, 560, 600, 640, 641, 680, 720, 768, 800, 900, 960, 1024, 1100, 1280]
const EVERY_WIDTH = Array.from({ length: 961 }, (_, index) => 320 + index)
const SHIFT_MAX = 0.05
/** Two pages are looked at while each waits for the other. */
const PAGES_AT_ONCE = 2

let harness: CrowdedHarness
test.beforeAll(async () => {
  harness = await crowdedHarness()
})
test.afterAll(() => harness.close())

interface Window {
  colorScheme: 'light' | 'dark'
  width: number
}

/** What is wrong with an open page, in words. */
type Look = (page: Page) => Promise<readonly string[]>

/** Opens every page once in such a window, a few at a time; what is wrong anywhere is told at once. */
async function walk(browser: Browser, { colorScheme, width }: Window, look: Look): Promise<string[]> {
  const contexts = [
    await browser.newContext({ colorScheme, viewport: { width, height: 900 } }),
    await browser.newContext({ colorScheme, viewport: { width, height: 900 } }),
  ] as const
  await Promise.all(contexts.map(watchShifts))
  const [known, nobody] = contexts
  await harness.signIn(known)
  const addresses = addressesOf(harness.places)
  const wrong: string[] = []
  const walkOne = async (context: BrowserContext, waiting: string[]) => {
    const page = await context.newPage()
    page.on('pageerror', (error) => wrong.push(`${page.url()} fails in the browser: ${error.message}`))
    page.on('console', (message) => {
      if (/Content Security Policy/i.test(message.text())) wrong.push(`${page.url()} ${message.text()}`)
    })
    for (let address = waiting.shift(); address !== undefined; address = waiting.shift()) {
      await page.setViewportSize({ width, height: 900 })
      await page.goto(harness.url + address)
      for (const words of await look(page)) wrong.push(`${address} ${words}`)
    }
  }
  const behind = addresses.filter((address) => !address.startsWith('/sign-in'))
  await Promise.all(Array.from({ length: PAGES_AT_ONCE }, () => walkOne(known, behind)))
  await walkOne(
    nobody,
    addresses.filter((address) => address.startsWith('/sign-in')),
  )
  await Promise.all(contexts.map((context) => context.close()))
  return wrong
}

async function moved(page: Page): Promise<string[]> {
  const { sum, sources } = await shiftsOf(page)
  return sum < SHIFT_MAX ? [] : [`moves by ${sum.toFixed(3)} while it loads: ${sources.join(', ')}`]
}

test('in light, 1280 px wide, no page moves while it loads, has a barrier that axe can find, is cut in print, or at any width scrolls sideways or has a tall masthead, folded or open', async ({
  browser,
}) => {
  const { everyWidth } = test.info().config.metadata
  test.setTimeout(everyWidth ? 1_800_000 : 180_000)
  const widths = everyWidth ? EVERY_WIDTH : WIDTHS
  const wrong = await walk(browser, { colorScheme: 'light', width: 1280 }, async (page) => {
    const found = [...(await moved(page)), ...(await misfits(page, widths))]
    found.push(...(await cutInPrint(page)))
    await openAll(page)
    // The last width is the widest: there axe looks.
    found.push(...(await misfits(page, widths)), ...(await violations(page)))
    return found
  })
  expect(wrong).toEqual([])
})

test('in dark, 390 px wide, no page moves while it loads or has a barrier that axe can find', async ({ browser }) => {
  test.setTimeout(180_000)
  const wrong = await walk(browser, { colorScheme: 'dark', width: 390 }, async (page) => {
    const found = await moved(page)
    await openAll(page)
    return [...found, ...(await violations(page))]
  })
  expect(wrong).toEqual([])
})
