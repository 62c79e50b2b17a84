import { expect, test } from '@playwright/test'
import { type CrowdedStage, crowdedStage } from './every-page/crowded-stage.ts'
import { misfits, openAll, shiftsOf, violations, watchShifts } from './every-page/measure.ts'
import { addressesOf } from './every-page/pages.ts'

/** Phones, tablets and windows of every size; the full sweep takes every width in between. */
const WIDTHS = [320, 341, 360, 375, 390, 414, 480, 560, 600, 640, 641, 680, 720, 768, 800, 900, 960, 1024, 1100, 1280]
const EVERY_WIDTH = Array.from({ length: 961 }, (_, index) => 320 + index)
const SHIFT_MAX = 0.05

let stage: CrowdedStage
test.beforeAll(async () => {
  stage = await crowdedStage()
})
test.afterAll(() => stage.close())

/** Every page in turn; what is wrong anywhere is told at once. */
async function walk(look: (address: string) => Promise<readonly string[]>): Promise<string[]> {
  const wrong: string[] = []
  for (const address of addressesOf(stage.places)) for (const words of await look(address)) wrong.push(`${address} ${words}`)
  return wrong
}

test('no page scrolls sideways or has a tall masthead, folded or open', async ({ page }) => {
  const { everyWidth } = test.info().config.metadata
  test.setTimeout(everyWidth ? 1_800_000 : 120_000)
  const widths = everyWidth ? EVERY_WIDTH : WIDTHS
  const wrong = await walk(async (address) => {
    await page.goto(stage.url + address)
    const folded = await misfits(page, widths)
    await openAll(page)
    return [...folded, ...(await misfits(page, widths))]
  })
  expect(wrong).toEqual([])
})

for (const width of [390, 1280]) {
  test(`no page moves under the reader while it loads, ${width} px wide`, async ({ page }) => {
    test.setTimeout(120_000)
    await page.setViewportSize({ width, height: 900 })
    await watchShifts(page)
    const wrong = await walk(async (address) => {
      await page.goto(stage.url + address)
      const { sum, sources } = await shiftsOf(page)
      return sum < SHIFT_MAX ? [] : [`${sum.toFixed(3)}: ${sources.join(', ')}`]
    })
    expect(wrong).toEqual([])
  })
}

for (const [colorScheme, width] of [
  ['light', 1280],
  ['dark', 390],
] as const) {
  test(`no page has a barrier that axe can find, ${colorScheme}, ${width} px wide`, async ({ page }) => {
    test.setTimeout(180_000)
    await page.emulateMedia({ colorScheme })
    await page.setViewportSize({ width, height: 900 })
    const wrong = await walk(async (address) => {
      await page.goto(stage.url + address)
      await openAll(page)
      return violations(page)
    })
    expect(wrong).toEqual([])
  })
}
